import Consensus
import FoundationEssentials
import KeyValue
import Maelstrom

/// Runs lines of input as the node does: decodes them, hands them to a replica, and encodes what comes out. Nothing
/// may trap, no invariant may break, and the output must be valid messages.
package enum FuzzInput {
    private static let members = ["n0", "n1", "n2"]

    /// Runs member `n0` of three on `input`. The first byte sets how much time passes per line.
    package static func run(_ input: UnsafeRawBufferPointer) {
        guard let pace = input.first else { return }
        let identity = Identity(id: "n0", members: members)
        let decoder = MessageDecoder()
        var writer = MessageWriter()
        writer.identify(as: "n0")
        var now: Microseconds = 0
        var settings = Raft.Settings(id: "n0", members: members, seed: 1)
        settings.limits.snapshotEvery = 4
        var replica = Replica(settings: settings, areCanonical: decoder.areCanonical, now: now)
        var monitor = InvariantMonitor()
        for line in input.dropFirst().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            switch decoder.decode(UnsafeRawBufferPointer(rebasing: line), for: identity) {
            case .request(let request): replica.receive(request, now: now)
            case .status(let client, let messageID):
                writer.write(ClientReply(to: client, inReplyTo: messageID, .statusOK(replica.status)))
            case .log(let range, let client, let messageID):
                writer.write(ClientReply(to: client, inReplyTo: messageID, .logOK(replica.excerpt(range))))
            case .peer(let message, let member): replica.receive(message, from: member, now: now)
            case .refusal(let refusal): writer.write(refusal)
            case .initialize, .unusable, .unneeded: break
            }
            now += Int(pace) * 1_000
            replica.advance(to: now)
            drain(&replica, &writer, &monitor)
        }
        replica.endOfInput()
        drain(&replica, &writer, &monitor)
        check(writer.bytes)
    }

    private static func drain(
        _ replica: inout Replica, _ writer: inout MessageWriter, _ monitor: inout InvariantMonitor
    ) {
        let isDone = replica.drive {
            for envelope in $0.early { writer.write(envelope) }
        } then: {
            for envelope in $0.late { writer.write(envelope) }
            for reply in $0.replies { writer.write(reply) }
        }
        precondition(isDone, "a turn does not end")
        if let violation = monitor.violation(of: replica.raft) ?? replica.violatedInvariant() {
            preconditionFailure(violation)
        }
    }

    private struct Envelope: Decodable {
        struct Body: Decodable { var type: String }
        var src: String
        var dest: String
        var body: Body
    }

    private static func check(_ output: [UInt8]) {
        let decoder = JSONDecoder()
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard let message = try? decoder.decode(Envelope.self, from: Data(line)), message.src == "n0"
            else {
                preconditionFailure("no message: \(String(decoding: line, as: UTF8.self))")
            }
        }
    }
}
