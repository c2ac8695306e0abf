/// The messages of a run with their times, in a space that does not grow with it: the first ones, and the last
/// ones.
struct Journal: Sendable {
    struct Entry: Sendable {
        /// Counts the messages of the run.
        var number: Int
        var source: Address
        var destination: Address
        /// What its body says that it is.
        var kind: String
        /// A client's `msg_id`, or the `in_reply_to` of what it is told; 0 between nodes.
        var reference: Int
        /// How it begins.
        var text: [UInt8]
        /// On the monotonic clock, in nanoseconds.
        var sent: UInt64
        /// When it arrived, or was dropped; nil while it is on its way.
        var arrived: UInt64?
        var wasDropped = false
        /// Whether it arrived more than once.
        var wasRepeated = false
    }

    /// So many bytes of a message are kept.
    static let textLength = 200

    private let firstCount: Int
    private let lastCount: Int
    private var entries: [Entry] = []
    /// How many messages there were.
    private(set) var count = 0
    /// How many between nodes, and from and to clients, there were of each kind.
    private(set) var betweenNodes: [String: Int] = [:]
    private(set) var withClients: [String: Int] = [:]

    init(first: Int = 20_000, last: Int = 60_000) {
        (firstCount, lastCount) = (first, last)
    }

    /// - Parameters:
    ///   - kind: the type of its body; nil where it has none.
    ///   - text: the line.
    ///   - now: on the monotonic clock, in nanoseconds.
    /// - Returns: the message's number.
    @discardableResult
    mutating func send(
        from source: Address, to destination: Address, kind: String?, reference: Int = 0,
        text: some Sequence<UInt8>, at now: UInt64
    ) -> Int {
        let kind = kind ?? "(no type)"
        if case .node = source, case .node = destination {
            betweenNodes[kind, default: 0] += 1
        } else {
            withClients[kind, default: 0] += 1
        }
        let entry = Entry(
            number: count, source: source, destination: destination, kind: kind, reference: reference,
            text: Array(text.prefix(Journal.textLength)), sent: now, arrived: nil)
        let slot = slot(count)
        if slot == entries.count { entries.append(entry) } else { entries[slot] = entry }
        count += 1
        return entry.number
    }

    /// Notes a message from or to a client: such links have no latency, so what is sent has arrived.
    mutating func deliver(
        from source: Address, to destination: Address, kind: String, reference: Int,
        text: some Sequence<UInt8>, at now: UInt64
    ) {
        let number = send(
            from: source, to: destination, kind: kind, reference: reference, text: text, at: now)
        arrive(number, at: now)
    }

    /// Notes that a message has reached whom it was for, or that it never will.
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

    /// What is still known, in the order of sending.
    var known: [Entry] { entries.sorted { $0.number < $1.number } }

    private func slot(_ number: Int) -> Int {
        number < firstCount ? number : firstCount + (number - firstCount) % lastCount
    }
}
