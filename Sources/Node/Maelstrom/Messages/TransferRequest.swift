import Consensus
import KeyValue

extension TransferRequest: PeerMessageBody {
    static let name = "transfer"
    static var blank: Self { Self(term: 0, target: "") }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("target", &target, .string())
    }

    var peerMessage: PeerMessage { .transfer(self) }
}
