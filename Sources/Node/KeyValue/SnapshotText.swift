import Consensus

/// The text of a snapshot, in memory.
package struct SnapshotText: SnapshotSource {
    private var pieces: [String] = []
    private var starts: [Int] = []
    /// In bytes.
    package private(set) var size = 0

    package init() {}

    package mutating func append(_ text: String) {
        pieces.append(text)
        starts.append(size)
        size += text.utf8.count
    }

    package func piece(at offset: Int) -> (text: String, isLast: Bool)? {
        guard offset < size, let slot = starts.lastIndex(where: { $0 <= offset }) else { return nil }
        let rest = pieces[slot].utf8.dropFirst(offset - starts[slot])
        guard let text = String(rest) else { return nil }
        return (text, slot == pieces.count - 1)
    }
}

/// Writes the text of a snapshot in steps, while the store keeps changing.
///
///     members n0,n1,n2                    the voters; `members n0,n1/n1,n2` while a change is joint
///     did CLIENT NUMBER DIGEST OUTCOME    the completed requests, oldest first
///     key KEY VALUE                       the map, part by part, sorted within a part
///     end                                 shows that the text is whole
///
/// Its words are those of commands. The same state has the same text at every member.
struct SnapshotWriter: Sendable {
    let position: LogPosition
    /// What is not written yet. It is shared with the current store, which copies a part before it changes it.
    private var membership: Membership?
    private var blocks: ArraySlice<CompletedRequests.Block>
    private var parts: ArraySlice<Store.Part>
    private(set) var isDone = false

    init(of store: Store, at position: LogPosition, membership: Membership) {
        self.position = position
        self.membership = membership
        blocks = store.completedRequests.blocks[...]
        parts = store.groups.joined().filter { !$0.isEmpty }[...]
    }

    /// The next piece of text: whole lines, at least `bytes` bytes, or what is left.
    mutating func next(bytes: Int) -> String {
        var text: [UInt8] = []
        while text.count < bytes, !isDone { appendLines(to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func appendLines(to text: inout [UInt8]) {
        if let membership = membership.take() {
            text += "members \(membership.words)\n".utf8
        } else if let block = blocks.popFirst() {
            text += block.lines
        } else if let part = parts.popFirst() {
            // By bytes: where `String`'s order takes two keys for equal, members could write them in different orders.
            let keys = part.sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }
            for (key, value) in keys {
                text += "key \(key.text) \(value.json.text)\n".utf8
            }
        } else {
            isDone = true
            text += "end\n".utf8
        }
    }
}

/// Whether each of some values is the canonical text of JSON; see `JSONValue`.
package typealias ValueCheck = @Sendable ([JSONValue]) -> Bool

/// Builds a store from the pieces of a snapshot's text as they arrive, and checks every line.
struct SnapshotReader: Sendable {
    private(set) var store: Store
    private(set) var membership: Membership?
    private var hasEnded = false
    /// What is wrong with the text; nil so far.
    private(set) var fault: String?
    /// The beginning of a line whose end has not arrived.
    private var rest = ""
    private let areCanonical: ValueCheck

    /// - Parameter areCanonical: called once for each piece. What this member stored itself needs no check.
    init(_ limits: Limits = Limits(), areCanonical: @escaping ValueCheck = { _ in true }) {
        store = Store(limits)
        self.areCanonical = areCanonical
    }

    /// Whether the snapshot's end has arrived, and nothing after it.
    var isWhole: Bool { hasEnded && rest.isEmpty }

    /// - Returns: false where the text is not that of a snapshot.
    mutating func read(_ text: String) -> Bool {
        rest += text
        // A line that spans many pieces is read once, when it ends.
        guard text.utf8.contains(UInt8(ascii: "\n")) else { return true }
        var values: [JSONValue] = []
        var lines = rest
        rest = ""
        let isRead = lines.withUTF8 { bytes in
            var start = 0
            while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
                guard read(line: line, &values) else {
                    fault =
                        "a line of it is none of a snapshot: \(String(decoding: line, as: UTF8.self).prefix(100))"
                    return false
                }
                start = end + 1
            }
            rest = String(decoding: bytes[start...], as: UTF8.self)
            return true
        }
        guard isRead else { return false }
        if areCanonical(values) { return true }
        fault = "it holds what is no JSON, or not as members write it"
        return false
    }

    private mutating func read(line: UnsafeBufferPointer<UInt8>, _ values: inout [JSONValue]) -> Bool {
        if hasEnded { return false }
        if membership != nil {
            if store.restore(line, &values) { return true }
            hasEnded = line.elementsEqual("end".utf8)
            return hasEnded
        }
        let line = String(decoding: line, as: UTF8.self)
        guard line.hasPrefix("members ") else { return false }
        membership = Membership(words: line.dropFirst(8))
        return membership != nil
    }
}

extension Membership {
    /// The ids, separated by commas; while joint, those of the new set, a slash, and those of the old set. After them,
    /// the request that made the change.
    package var words: String {
        let sets = isJoint ? [incoming, outgoing] : [incoming]
        let ids = sets.map { $0.map(Word.escape).joined(separator: ",") }.joined(separator: "/")
        return change.isEmpty ? ids : "\(ids) \(change)"
    }

    /// The most ids in a set of voters: more than any cluster has.
    package static let mostVoters = 65_535

    /// Nil where the words are not as `words` writes them.
    package init?(words: Substring) {
        let parts = words.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let change = parts.count == 2 ? parts[1] : ""
        let id = RequestID(words: String(change))
        if !change.isEmpty, id == nil { return nil }
        var sets: [[NodeID]] = []
        for set in parts[0].split(separator: "/", omittingEmptySubsequences: false) {
            let ids = set.split(separator: ",", omittingEmptySubsequences: false).map(Word.unescape)
            guard ids.count <= Self.mostVoters, !ids.contains(nil) else { return nil }
            sets.append(ids.compactMap { $0 })
        }
        guard let incoming = sets.first, sets.count <= 2 else { return nil }
        self.init(voters: incoming, outgoing: sets.count == 2 ? sets[1] : [], change: id?.words ?? "")
    }
}
