import Consensus

/// The state machine that the log drives: the key-value map and the completed requests. All members that have applied
/// the same entries hold the same state.
package struct Store: Hashable, Sendable {
    typealias Part = [JSONValue: StoredValue]

    /// The map, in groups of parts, which images share, so that a change copies one part only. A group is empty until
    /// it is used, so that a small store is cheap to create and to iterate.
    private(set) var groups: [[Part]] = Array(repeating: [], count: Self.groupCount)
    package private(set) var completedRequests: CompletedRequests

    private static let groupCount = 128
    private static let groupSize = 64

    /// - Parameter limits: how many completed requests are remembered.
    package init(_ limits: Limits = Limits()) {
        completedRequests = CompletedRequests(limits)
    }

    /// Remembers within `limits` from now on.
    mutating func keep(within limits: Limits) {
        completedRequests = completedRequests.within(limits)
    }

    package internal(set) subscript(key: JSONValue) -> JSONValue? {
        get { value(of: key)?.json }
        set {
            let (group, part) = usedSlot(of: key)
            groups[group][part][key] = newValue.map { StoredValue($0) }
        }
    }

    func value(of key: JSONValue) -> StoredValue? {
        let (group, part) = Self.slot(of: key)
        return groups[group].isEmpty ? nil : groups[group][part][key]
    }

    /// Appends to the list that is the value of `key`, or makes one.
    mutating func append(_ element: JSONValue, to key: JSONValue) {
        let (group, part) = usedSlot(of: key)
        groups[group][part][key, default: .emptyList].append(element)
    }

    /// How many keys there are.
    package var count: Int { groups.joined().reduce(0) { $0 + $1.count } }

    /// The result of a request, if it is among the completed ones that are remembered.
    package func outcome(of id: RequestID) -> OperationResult? { completedRequests.outcome(of: id) }

    /// Carries out a command, unless it is a copy of a completed one: then nothing changes.
    /// - Returns: nil where it is none of a request.
    package mutating func apply(_ command: Command) -> OperationResult? {
        if let known = completedRequests.outcome(of: command.id) { return known }
        guard let operation = LoggedOperation(command) else { return nil }
        let outcome = carryOut(operation)
        completedRequests.remember(outcome, of: command.id)
        return outcome
    }

    /// Records that the change of membership which request `id` asked for was made.
    /// - Returns: the result that is remembered; another one where the change was refused before.
    mutating func membershipChanged(by id: RequestID) -> OperationResult {
        if let known = completedRequests.outcome(of: id) { return known }
        completedRequests.remember(.membershipChanged, of: id)
        return .membershipChanged
    }

    private mutating func carryOut(_ operation: LoggedOperation) -> OperationResult {
        switch operation {
        case .refuseChange(.busy): return .changeBusy
        case .refuseChange(.behind): return .changeBehind
        case .update(let update): return carryOut(update)
        }
    }

    private mutating func carryOut(_ update: Update) -> OperationResult {
        switch update {
        case .write(let key, let value):
            self[key] = value
            return .written
        case .cas(let key, let from, let to, let createIfNotExists):
            guard let current = value(of: key) else {
                guard createIfNotExists else { return .noSuchKey }
                self[key] = to
                return .swapped
            }
            guard current == StoredValue(from) else { return .differs }
            self[key] = to
            return .swapped
        case .transaction(let transaction): return carryOut(transaction)
        }
    }

    private mutating func usedSlot(of key: JSONValue) -> (group: Int, part: Int) {
        let slot = Self.slot(of: key)
        if groups[slot.group].isEmpty { groups[slot.group] = Array(repeating: [:], count: Self.groupSize) }
        return slot
    }

    /// FNV-1a: the standard library's hashes differ from process to process, and so would snapshots.
    private static func slot(of key: JSONValue) -> (group: Int, part: Int) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let slot = Int((hash ^ hash >> 32) % UInt64(groupCount * groupSize))
        return (slot / groupSize, slot % groupSize)
    }

    // MARK: - Snapshots

    /// Puts back what a line of a snapshot says, which says nothing twice; see `SnapshotWriter`.
    /// - Parameter values: to which key and value are added, for the caller to look at.
    /// - Returns: false where the line says nothing that a store holds.
    mutating func restore(_ line: UnsafeBufferPointer<UInt8>, _ values: inout [JSONValue]) -> Bool {
        var words = Words(line[...])
        guard let kind = words.next() else { return false }
        if kind.elementsEqual("key".utf8) {
            let pair = words.values()
            guard pair.count == 2, self[pair[0]] == nil else { return false }
            self[pair[0]] = pair[1]
            values += pair
            return true
        }
        guard kind.elementsEqual("did".utf8), let id = RequestID(&words),
            let outcome = OperationResult(&words), words.next() == nil,
            completedRequests.outcome(of: id) == nil
        else { return false }
        values += outcome.reads.map(\.json)
        completedRequests.remember(outcome, of: id)
        return true
    }
}
