import Consensus
import KeyValue

extension Forward: PeerMessageBody {
    static let name = "forward"
    static var blank: Self { Self([], limit: 0) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("requests", &requests, .requests)
        try fields.required("limit", &limit, .count)
    }

    var peerMessage: PeerMessage { .forward(self) }
}

extension FieldCoding<[Proposal]> {
    /// Each request is a string, see `EntryText`.
    fileprivate static var requests: Self {
        let expected = "an array of strings, one per request"
        return Self(
            expected: expected,
            read: { fields, name throws(Malformed) in
                try fields.entryText.requests(try fields.required(name, .strings(expected)))
            }, write: { $0.bytes.append(quoted: $1.lazy.map(\.line)) })
    }
}
