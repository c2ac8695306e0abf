import Consensus
import KeyValue

extension RequestVote: PeerMessageBody {
    static let name = "request_vote"
    static var blank: Self { Self(term: 0, candidate: "", lastLogIndex: 0, lastLogTerm: 0) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("candidate_id", &candidate, .sender)
        try fields.required("last_log_index", &lastLogIndex, .count)
        try fields.required("last_log_term", &lastLogTerm, .count)
        try fields.optionalFlag("pre_vote", &preVote)
        try fields.optionalFlag("leadership_transfer", &leadershipTransfer)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.requestVote(self))) }
}

extension RequestVoteReply: PeerMessageBody {
    static let name = "request_vote_res"
    static var blank: Self { Self(term: 0, voteGranted: false) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("vote_granted", &voteGranted, .flag)
        try fields.optionalFlag("pre_vote", &preVote)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.requestVoteReply(self))) }
}
