import Consensus
import FoundationEssentials
import KeyValue

/// A field is missing, or not what it must be.
struct Malformed: Error {
    /// For the sender: which field, and what was expected.
    var text: String
}

/// The fields of message bodies.
enum Key: String, CodingKey {
    case type
    case messageID = "msg_id"
    case inReplyTo = "in_reply_to"
    case nodeID = "node_id"
    case nodeIDs = "node_ids"
    case key, value, from, to
    case createIfNotExists = "create_if_not_exists"
    case term
    case candidateID = "candidate_id"
    case lastLogIndex = "last_log_index"
    case lastLogTerm = "last_log_term"
    case preVote = "pre_vote"
    case leadershipTransfer = "leadership_transfer"
    case voteGranted = "vote_granted"
    case leaderID = "leader_id"
    case prevLogIndex = "prev_log_index"
    case prevLogTerm = "prev_log_term"
    case entries
    case leaderCommit = "leader_commit"
    case leaderDurable = "leader_durable"
    case commitIndex = "commit_index"
    case roundTrip = "round_trip"
    case linkRoundTrip = "link_round_trip"
    case lostLog = "lost_log"
    case success
    case hintIndex = "hint_index"
    case hintTerm = "hint_term"
    case lastIncludedIndex = "last_included_index"
    case lastIncludedTerm = "last_included_term"
    case offset, data, done, installed
    case index, confirm, membership
    case requests, limit
    case members, target
    case number, missed, holds, asks, others, source, route, body
}

/// Reads the fields of one body, and says of those that it cannot read what it expected.
struct Fields {
    static let highest = highestNumber

    private let container: KeyedDecodingContainer<Key>
    private let text: JSONText
    /// Where the body stands in the text's outline.
    private let slot: Int

    init(_ container: KeyedDecodingContainer<Key>, at slot: Int, of text: JSONText) {
        self.container = container
        self.slot = slot
        self.text = text
    }

    /// - Throws: where a field is there twice: JSONDecoder keeps one of them, and nobody says which was meant.
    func checkNames() throws(Malformed) {
        try Self.checkNames(of: "body", at: slot, in: text)
    }

    static func checkNames(of what: String, at slot: Int, in text: JSONText) throws(Malformed) {
        guard let name = text.repeatedName(in: slot) else { return }
        throw Malformed(text: "\(what) must name no field twice, and \(name) is there twice")
    }

    func wrong(_ key: Key, _ expected: String) -> Malformed {
        container.contains(key)
            ? Malformed(text: "\(key.rawValue) must be \(expected)")
            : Malformed(text: "\(key.rawValue) is missing, which must be \(expected)")
    }

    /// Whether the field is there and not null. JSONDecoder would say so too, and take ten times as long.
    func has(_ key: Key) -> Bool {
        text.value(of: key.rawValue, in: slot).map { text.outline[$0].kind != .null } ?? false
    }

    func string(_ key: Key, _ expected: String = "a string") throws(Malformed) -> String {
        guard let value = try? container.decode(String.self, forKey: key) else { throw wrong(key, expected) }
        return value
    }

    func stringIfPresent(_ key: Key) throws(Malformed) -> String? {
        has(key) ? try string(key) : nil
    }

    func strings(_ key: Key, _ expected: String) throws(Malformed) -> [String] {
        guard let values = try? container.decode([String].self, forKey: key) else {
            throw wrong(key, expected)
        }
        return values
    }

    /// The fields of a message within this one.
    func body() throws(Malformed) -> Fields {
        guard let body = try? container.nestedContainer(keyedBy: Key.self, forKey: .body),
            let slot = text.value(of: Key.body.rawValue, in: slot)
        else { throw wrong(.body, "the body of a message") }
        let fields = Fields(body, at: slot, of: text)
        try fields.checkNames()
        return fields
    }

    func flag(_ key: Key) throws(Malformed) -> Bool {
        guard let value = try? container.decode(Bool.self, forKey: key) else {
            throw wrong(key, "true or false")
        }
        return value
    }

    func flagIfPresent(_ key: Key) throws(Malformed) -> Bool {
        has(key) ? try flag(key) : false
    }

    /// Any integer, or nil where the field is absent or null.
    func integerIfPresent(_ key: Key) throws(Malformed) -> Int? {
        guard has(key) else { return nil }
        guard let value = try? container.decode(Int.self, forKey: key) else {
            throw wrong(key, "a 64-bit integer")
        }
        return value
    }

    /// A term, an index, or another count.
    func count(_ key: Key) throws(Malformed) -> Int {
        guard let value = try? container.decode(Int.self, forKey: key), (0...Self.highest).contains(value)
        else { throw wrong(key, "an integer from 0 to 2^62") }
        return value
    }

    func countIfPresent(_ key: Key) throws(Malformed) -> Int? {
        has(key) ? try count(key) : nil
    }

    func countsIfPresent(_ key: Key, _ number: Int) throws(Malformed) -> [Int]? {
        guard has(key) else { return nil }
        guard let values = try? container.decode([Int].self, forKey: key), values.count == number,
            values.allSatisfy({ (0...Self.highest).contains($0) })
        else { throw wrong(key, "an array of \(number) integers from 0 to 2^62") }
        return values
    }

    /// `from` and `to` of a part of the log.
    func range() throws(Malformed) -> ClosedRange<Index> {
        let from = try count(.from)
        let to = try count(.to)
        guard from >= 1 else { throw wrong(.from, "at least 1, where the log begins") }
        guard to >= from else { throw wrong(.to, "at least from, which is \(from)") }
        return from...to
    }

    func value(_ key: Key) throws(Malformed) -> JSONValue {
        guard let slot = text.value(of: key.rawValue, in: slot) else {
            throw wrong(key, "any JSON value")
        }
        if let value = Canonical.plainValue(at: slot, of: text) { return value }
        do {
            var reader = FieldReader(container: container, key: key)
            return try CanonicalWriter.value(&reader, at: slot, of: text)
        } catch Unkept.integerBeyond64Bits {
            throw Malformed(text: "\(key.rawValue) must hold no integer beyond 64 bits")
        } catch Unkept.fieldTwice(let name) {
            throw Malformed(
                text: "\(key.rawValue) must hold no object with a field twice, and one has \(name) twice")
        } catch {
            throw wrong(key, "a JSON value of whole strings and of numbers within the range of a double")
        }
    }
}
