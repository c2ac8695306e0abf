import Consensus
import KeyValue

/// A step in the words of the paper.
struct Sentence {
    private let action: Action
    private let before: Raft
    private let turn: Turn
    /// All that was sent before, to find what an answer answers.
    private let sent: [Packet]

    private let scope: Scope

    init(_ action: Action, _ before: Raft, _ turn: Turn, _ sent: [Packet], in scope: Scope) {
        self.scope = scope
        self.action = action
        self.before = before
        self.turn = turn
        self.sent = sent
    }

    private var name: String { "n\(action.member)" }
    private var after: Raft { turn.member.raft }

    var text: String {
        switch action.input {
        case .crash: return "\(name) crashes, and starts again"
        case .message(let packet):
            return arrival(packet) + (action.isOvertaken ? ", which a newer request has overtaken" : "")
                + crash
        case .deadline(let deadline): return "\(name) \(text(of: deadline))" + crash
        case .command(let number):
            return "A client asks leader \(name) for command c\(number)\(appended)" + crash
        case .read: return "A client reads at \(name)" + ending + crash
        case .operation(let number):
            return "Client c\(number) asks \(name) to \(scope.operations[number - 1].words)\(appended)"
                + ending + crash
        case .patience: return "\(name) has waited for too long" + ending + crash
        case .change(let voters):
            return
                "\(name) is asked to make \(voters.map { "n\($0)" }.joined(separator: " ")) the voters\(appended)"
                + crash
        case .transfer(let target): return "\(name) is asked to hand over to n\(target)" + crash
        case .snapshot: return "\(name) takes a snapshot up to entry \(before.commitIndex)" + crash
        }
    }

    private var crash: String {
        guard action.crash > 0 else { return "" }
        let time =
            action.crash == 1
            ? "before it has stored that"
            : action.crash == 2 ? "right after storing that" : "later in its turn"
        return "; it crashes \(time), and starts again"
    }

    private var appended: String {
        after.log.lastIndex > before.log.lastIndex ? ", and it appends entry \(after.log.lastIndex)" : ""
    }

    /// What became of the member besides.
    private var ending: String {
        if turn.news.beginsToLead { return ", and leads term \(turn.news.term)" }
        if case .candidate = after.role, case .preCandidate = before.role {
            return ", and asks for votes in term \(after.currentTerm)"
        }
        var text = ""
        if before.isLeader, !after.isLeader { text += ", and steps down" }
        if let last = turn.news.commits.last { text += ", and knows entry \(last.index) to be committed" }
        if !turn.news.installed.isEmpty { text += ", and takes over the snapshot" }
        for reply in turn.news.replies {
            let words = (try? ClientHistory.Answer(reply.body))?.words ?? "something that no client expects"
            text += ", and answers \(reply.client): \(words)"
        }
        if let read = turn.news.answers.last { text += ", and answers a read as of entry \(read.index)" }
        return text
    }

    private func text(of deadline: Raft.Deadline) -> String {
        switch deadline {
        case .electionTimeout:
            if turn.news.beginsToLead { return "times out, and elects itself in term \(turn.news.term)" }
            if case .follower = after.role, action.crash == 0 { return "times out, and forgets its leader" }
            return "times out, and asks who would vote for it in term \(before.currentTerm + 1)"
        case .leaderContact: return "hears nothing of its leader for an election timeout"
        case .heartbeat: return "sends heartbeats"
        case .quorumContact: return "hears of no quorum for an election timeout" + ending
        case .readRetry: return "has no answer about its reads in time"
        case .transfer: return "gives up the transfer"
        case .catchUp: return "gives up the change of membership"
        }
    }

    // MARK: - Messages

    private func arrival(_ packet: Packet) -> String {
        let sender = "n\(packet.from)"
        guard let message = packet.raft else {
            return "\(name) receives what \(sender)'s clients ask for\(appended)" + ending
        }
        switch message.body {
        case .requestVote(let request):
            let wish = request.preVote ? "would vote for it" : "votes for it"
            return
                "\(name) is asked by \(sender) whether it \(wish) in term \(request.term), and says \(vote)"
        case .requestVoteReply(let reply):
            let word = reply.voteGranted ? "yes" : "no"
            return "\(name) hears \(sender)'s \(word) to its \(reply.preVote ? "pre-vote" : "vote")" + ending
        case .appendEntries(let request):
            let terms = request.entries.map { String($0.term) }.joined(separator: " ")
            let what = request.entries.isEmpty ? "a heartbeat" : "[\(terms)]"
            return
                "\(name) receives \(what) after entry \(request.prevLogIndex) from leader \(sender) of term "
                + "\(request.term), \(appendAnswer)" + ending
        case .appendEntriesReply(let reply):
            return "\(name) hears that \(sender) \(reply.success ? "holds" : "refuses") \(request(packet))"
                + ending
        case .installSnapshot(let request):
            return
                "\(name) receives a piece of \(sender)'s snapshot up to entry \(request.lastIncluded.index)"
                + ending
        case .installSnapshotReply: return "\(name) hears what \(sender) has of its snapshot" + ending
        case .timeoutNow:
            return "\(name) is told by \(sender) to stand, and asks for votes in term \(after.currentTerm)"
        case .readIndex: return "\(name) is asked by \(sender) for a read index" + ending
        case .readIndexReply(let reply):
            let index = reply.index.map { "read index \($0)" } ?? "that it is in term \(reply.term)"
            return "\(name) hears \(sender)'s \(index)" + ending
        }
    }

    private var vote: String {
        for packet in turn.sent {
            if case .requestVoteReply(let reply)? = packet.raft?.body {
                return reply.voteGranted ? "yes" : "no"
            }
        }
        return "nothing"
    }

    private var appendAnswer: String {
        for packet in turn.sent {
            if case .appendEntriesReply(let reply)? = packet.raft?.body {
                return reply.success ? "and acknowledges it" : "and refuses it"
            }
        }
        return "and says nothing"
    }

    /// What an answer answers.
    private func request(_ answer: Packet) -> String {
        let request = sent.first { $0.from == answer.to && $0.raft?.id == answer.raft?.inReplyTo }
        guard case .appendEntries(let append)? = request?.raft?.body else { return "its append" }
        return append.entries.isEmpty
            ? "its log up to entry \(append.prevLogIndex)" : "its log up to entry \(append.lastIndex)"
    }
}
