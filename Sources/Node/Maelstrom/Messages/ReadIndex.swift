import Consensus
import KeyValue

extension ReadIndex: PeerMessageBody {
    static let name = "read_index"
    static var blank: Self { Self(term: 0) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.optionalFlag("confirm", &confirm)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.readIndex(self))) }
}

extension ReadIndexReply: PeerMessageBody {
    static let name = "read_index_res"
    static var blank: Self { Self(term: 0) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.optional("index", &index, .count)
        try fields.optional("membership", &membership, .membership)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.readIndexReply(self))) }
}

extension FieldCoding<Membership> {
    /// As it stands in an entry, see `EntryText`.
    fileprivate static var membership: Self {
        Self(
            expected: "ids of voters, joined by commas",
            read: { fields, name throws(Malformed) in
                Membership(words: try fields.required(name, .string())[...])
            }, write: { $0.bytes.append(quoted: $1.words) })
    }
}
