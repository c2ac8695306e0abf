import FoundationEssentials
import KeyValue
import Raft

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
    case success
    case hintIndex = "hint_index"
    case hintTerm = "hint_term"
    case lastIncludedIndex = "last_included_index"
    case lastIncludedTerm = "last_included_term"
    case offset, data, done, installed
    case index, confirm, membership
    case requests, limit
    case members, target
}

/// Reads the fields of one body, and says of those that it cannot read what it expected.
struct Fields {
    /// What no term and no index is above, so that adding to one never overflows.
    static let highest = 1 << 62

    private let container: KeyedDecodingContainer<Key>
    /// The field whose value holds a number of which digits may have been lost; see `JSONTree`.
    private(set) var doubtful: Key?

    init(_ container: KeyedDecodingContainer<Key>) {
        self.container = container
    }

    func wrong(_ key: Key, _ expected: String) -> Malformed {
        container.contains(key)
            ? Malformed(text: "\(key.rawValue) must be \(expected)")
            : Malformed(text: "\(key.rawValue) is missing, which must be \(expected)")
    }

    private func has(_ key: Key) -> Bool {
        container.contains(key) && (try? container.decodeNil(forKey: key)) == false
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

    mutating func value(_ key: Key) throws(Malformed) -> JSONValue {
        if let integer = try? container.decode(Int.self, forKey: key) {
            return JSONValue(canonical: String(integer))
        }
        guard container.contains(key) else { throw wrong(key, "any JSON value") }
        do {
            if let string = try? container.decode(String.self, forKey: key) {
                return try Canonical.value(string)
            }
            let tree = try container.decode(JSONTree.self, forKey: key)
            if tree.mayHaveLostDigits { doubtful = key }
            return try Canonical.value(tree)
        } catch {
            throw wrong(key, "a JSON value of whole strings and of numbers that a double holds")
        }
    }
}
