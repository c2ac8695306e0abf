import Foundation

/// What a run notes for its report alone.
extension Run {
    /// When it began, in milliseconds since midnight UTC.
    var startOfDay: Double {
        let age = start > 0 ? Double(monotonicNow() - start) / 1e6 : 0
        return (Date().timeIntervalSince1970 * 1000 - age).truncatingRemainder(dividingBy: 86_400_000)
    }

    /// Links of clients have no latency: what is sent has arrived.
    func note(_ request: Request, of worker: Clients.Worker, text: some Sequence<UInt8>, at now: UInt64) {
        let number = journal.send(
            from: .client(worker.client), to: .node(worker.node), kind: request.kind.rawValue,
            reference: worker.messageID, text: text, at: now)
        journal.arrive(number, at: now)
    }

    func note(
        _ reply: Reply, from node: Int, to client: Int, text: some Sequence<UInt8>, at now: UInt64
    ) {
        let number = journal.send(
            from: .node(node), to: .client(client), kind: reply.type, reference: reply.inReplyTo ?? 0,
            text: text, at: now)
        journal.arrive(number, at: now)
    }
}
