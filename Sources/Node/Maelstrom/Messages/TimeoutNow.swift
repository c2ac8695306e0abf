import Consensus
import KeyValue

extension TimeoutNow: PeerMessageBody {
    static let name = "timeout_now"
    static var blank: Self { Self(term: 0, leader: "") }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("leader_id", &leader, .sender)
        try fields.optional("last_log_index", &lastLogIndex, .count)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.timeoutNow(self))) }
}
