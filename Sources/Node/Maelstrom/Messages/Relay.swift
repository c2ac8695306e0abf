import Consensus
import KeyValue

extension Relay: PeerMessageBody {
    static let name = "relay"
    static var blank: Self { Self(source: "", route: [], message: .transfer(.blank)) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("source", &source, .string("the id of a member"))
        try fields.required("route", &route, .strings("an array of ids of members"))
        try fields.required("body", &message, .body(from: source))
    }

    var peerMessage: PeerMessage { .relay(self) }
}

extension FieldCoding<PeerMessage> {
    /// A message within this one.
    fileprivate static func body(from source: NodeID) -> Self {
        Self(
            expected: "the body of a message",
            read: { fields, name throws(Malformed) in
                guard var inner = fields.body(name, from: source) else { return nil }
                try inner.checkNames()
                guard let name = try? inner.required("type", .string()), name != Relay.name,
                    let type = MessageType(named: name)
                else {
                    throw Malformed(
                        text: "body.type must be that of a message between members, and no relay")
                }
                guard case .message(let type) = type, let type = type as? any PeerMessageBody.Type else {
                    throw Malformed(text: "\(name) is no message between members")
                }
                try inner.readIDs()
                return try type.message(inner)
            }, write: { $0.write($1) })
    }
}
