/// The first and the last messages of a run with their times, in constant space.
struct Journal: Sendable {
    struct Entry: Sendable {
        /// The message's number in the run.
        var number: Int
        var source: Address
        var destination: Address
        /// The `type` of its body.
        var kind: String
        /// The `msg_id` of a client's request or the `in_reply_to` of a reply; 0 between nodes.
        var reference: Int
        /// The beginning of the line.
        var text: [UInt8]
        /// On the monotonic clock, in nanoseconds.
        var sent: UInt64
        /// When it arrived or was dropped; nil while it is under way.
        var arrived: UInt64?
        var wasDropped = false
        /// Whether it arrived more than once.
        var wasRepeated = false
    }

    /// The number of bytes kept per message.
    static let textLength = 200

    private let firstCount: Int
    private let lastCount: Int
    private var entries: [Entry] = []
    /// The number of all messages.
    private(set) var count = 0
    /// Counts by kind, between nodes and services, and from and to clients.
    private(set) var betweenNodes: [String: Int] = [:]
    private(set) var withClients: [String: Int] = [:]

    init(first: Int = 20_000, last: Int = 60_000) {
        (firstCount, lastCount) = (first, last)
    }

    /// - Parameters:
    ///   - kind: the type of its body, if it has one.
    ///   - text: the line.
    ///   - now: on the monotonic clock, in nanoseconds.
    /// - Returns: the message's number.
    @discardableResult
    mutating func send(
        from source: Address, to destination: Address, kind: String?, reference: Int = 0,
        text: some Sequence<UInt8>, at now: UInt64
    ) -> Int {
        let kind = kind ?? "(no type)"
        if source.isClient || destination.isClient {
            withClients[kind, default: 0] += 1
        } else {
            betweenNodes[kind, default: 0] += 1
        }
        let entry = Entry(
            number: count, source: source, destination: destination, kind: kind, reference: reference,
            text: Array(text.prefix(Journal.textLength)), sent: now, arrived: nil)
        let slot = slot(count)
        if slot == entries.count { entries.append(entry) } else { entries[slot] = entry }
        count += 1
        return entry.number
    }

    /// Records a message from or to a client. Such links have no latency, so it has arrived.
    mutating func deliver(
        from source: Address, to destination: Address, kind: String, reference: Int,
        text: some Sequence<UInt8>, at now: UInt64
    ) {
        let number = send(
            from: source, to: destination, kind: kind, reference: reference, text: text, at: now)
        arrive(number, at: now)
    }

    /// Records that a message has arrived or was dropped.
    mutating func arrive(_ number: Int, dropped: Bool = false, at now: UInt64) {
        let slot = slot(number)
        guard entries.indices.contains(slot), entries[slot].number == number else { return }
        if entries[slot].arrived != nil {
            entries[slot].wasRepeated = true
            return
        }
        entries[slot].arrived = now
        entries[slot].wasDropped = dropped
    }

    /// The kept messages, in the order of sending.
    var known: [Entry] { entries.sorted { $0.number < $1.number } }

    private func slot(_ number: Int) -> Int {
        number < firstCount ? number : firstCount + (number - firstCount) % lastCount
    }
}
