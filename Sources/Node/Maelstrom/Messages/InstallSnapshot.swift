import Consensus
import KeyValue

extension InstallSnapshot: PeerMessageBody {
    static let name = "install_snapshot"
    static var blank: Self {
        Self(
            term: 0, leader: "", lastIncluded: LogPosition(index: 0, term: 0), offset: 0, data: "",
            done: false)
    }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.required("leader_id", &leader, .sender)
        try fields.required("last_included_index", &lastIncluded.index, .count)
        try fields.required("last_included_term", &lastIncluded.term, .count)
        try fields.check { fields throws(Malformed) in
            guard lastIncluded.index >= 1 else { throw fields.wrong("last_included_index", "at least 1") }
            guard (1...max(1, term)).contains(lastIncluded.term) else {
                throw fields.wrong("last_included_term", "at least 1, and at most the term")
            }
        }
        try fields.required("offset", &offset, .count)
        try fields.required("data", &data, .string())
        try fields.required("done", &done, .flag)
        try fields.optional("lost_log", &lostLog, .count)
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.installSnapshot(self))) }
}

extension InstallSnapshotReply: PeerMessageBody {
    static let name = "install_snapshot_res"
    static var blank: Self { Self(term: 0) }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.required("term", &term, .count)
        try fields.optional("offset", &offset, .count)
        if offset != nil {
            var isInstalled = installed ?? false
            try fields.required("installed", &isInstalled, .flag)
            installed = isInstalled
        }
    }

    var peerMessage: PeerMessage { .raft(RaftMessage(.installSnapshotReply(self))) }
}
