import KeyValue

enum StatusRequest: Message {
    static let name = "status"

    static func input(_ fields: Fields) -> Input {
        .status(client: fields.source, messageID: fields.messageID)
    }
}

extension MessageWriter {
    mutating func fields(of status: Status) {
        field("node_id", status.nodeID)
        field("role", status.role)
        field("term", status.term)
        field("leader", status.leader)
        field("voted_for", status.votedFor)
        field("members", status.members)
        field("last_log_index", status.lastLogIndex)
        field("last_log_term", status.lastLogTerm)
        field("commit_index", status.commitIndex)
        field("last_applied", status.lastApplied)
        field("snapshot_index", status.snapshotIndex)
    }
}
