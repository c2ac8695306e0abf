/// The types of message that this node knows.
enum MessageType: String {
    case read
    case write
    case cas
    case appendEntries = "append_entries"
    case appendEntriesReply = "append_entries_res"
    case forward
    case readIndex = "read_index"
    case readIndexReply = "read_index_res"
    case requestVote = "request_vote"
    case requestVoteReply = "request_vote_res"
    case installSnapshot = "install_snapshot"
    case installSnapshotReply = "install_snapshot_res"
    case timeoutNow = "timeout_now"
    case transfer
    case hello
    case relay
    case initialize = "init"
    case status
    case log
    case changeMembership = "change_membership"
    case transferLeadership = "transfer_leadership"

    enum Kind {
        /// Anybody may ask.
        case request
        /// Only members may ask.
        case memberRequest
        /// Answers a request of this node, so it is never answered itself.
        case reply
    }

    var kind: Kind {
        switch self {
        case .read, .write, .cas, .initialize, .status, .log, .changeMembership, .transferLeadership:
            .request
        case .appendEntries, .forward, .readIndex, .requestVote, .installSnapshot, .timeoutNow,
            .transfer, .hello, .relay:
            .memberRequest
        case .appendEntriesReply, .readIndexReply, .requestVoteReply, .installSnapshotReply:
            .reply
        }
    }
}
