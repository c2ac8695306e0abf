import Consensus
import KeyValue

/// The last 80 events, kept as values and formatted only when they are printed.
struct EventTrace {
    struct TraceLine {
        var time: Microseconds
        /// Nil for events that concern the whole cluster.
        var member: Int?
        var term: Term
        var role: String
        var what: What
    }

    enum What {
        case raft(Event)
        case asked(Int, ClientRequest)
        case answered(Int, ClientReply.Body)
        case fault(String)
    }

    private static let capacity = 80

    private var lines: [TraceLine] = []
    private var next = 0

    mutating func add(_ line: TraceLine) {
        if lines.count < Self.capacity {
            lines.append(line)
        } else {
            lines[next] = line
            next = (next + 1) % Self.capacity
        }
    }

    /// The lines, oldest first.
    func textLines() -> [String] {
        (lines[next...] + lines[..<next]).map(Self.describe)
    }

    static func describe(_ line: TraceLine) -> String {
        let who = line.member.map { "n\($0) \(line.role) of term \(line.term)" } ?? "all"
        return "\(seconds(line.time)) \(who): \(describe(line.what))"
    }

    static func seconds(_ time: Microseconds) -> String {
        let fraction = String(time % 1_000_000 + 1_000_000).dropFirst()
        return "\(time / 1_000_000).\(fraction)s"
    }

    static func describe(_ what: What) -> String {
        switch what {
        case .raft(let event): describe(event)
        case .asked(let number, let request): "is asked \(number): \(describe(request.subject))"
        case .answered(let number, let body): "answers \(number): \(describe(body))"
        case .fault(let text): text
        }
    }

    static func entry(_ entry: Entry) -> String {
        switch entry.payload {
        case .noOp: "no-op of term \(entry.term)"
        case .command(let command): "'\(command.text.prefix(200))' of term \(entry.term)"
        case .membership(let membership):
            "membership \(membership.voters.joined(separator: " ")) of term \(entry.term)"
        }
    }

    private static func describe(_ subject: ClientRequest.Subject) -> String {
        switch subject {
        case .operation(.query(let query)): query.words
        case .operation(.update(let update)): update.words
        case .order(.changeMembership(let members)): "make \(members.joined(separator: " ")) the voters"
        case .order(.transferLeadership(let target)): "make \(target) the leader"
        }
    }

    static func describe(_ body: ClientReply.Body) -> String {
        switch body {
        case .done(_, let fields): fields.first.map { "it holds \($0.value)" } ?? "done"
        case .statusOK(let status): "it is \(status.role)"
        case .logOK(let excerpt): "its log ends at \(excerpt.lastIndex)"
        case .changeMembershipOK(let members): "the voters are \(members.joined(separator: " "))"
        case .transferLeadershipOK(let leader): "\(leader) leads"
        case .error(let code, let text): "\(code.rawValue), \(text)"
        }
    }

    private static func describe(_ event: Event) -> String {
        switch event {
        case .becameFollower(let term, let leader, let reason):
            "follows \(leader ?? "nobody") in term \(term): \(reason.rawValue)"
        case .becamePreCandidate(let term): "asks for pre-votes in term \(term)"
        case .becameCandidate(let term, let transfer):
            "becomes a candidate in term \(term)\(transfer ? ", as its leader asked" : "")"
        case .becameLeader(let term, let votes):
            "leads term \(term), elected by \(votes.joined(separator: " "))"
        case .granted(let candidate, let term, let preVote):
            "grants \(candidate) its \(preVote ? "pre-vote" : "vote") in term \(term)"
        case .refused(let candidate, let term, let preVote, let reason):
            "refuses \(candidate) its \(preVote ? "pre-vote" : "vote") in term \(term): \(reason)"
        case .voteReceived(let voter, let term, let granted, let preVote):
            "receives a \(granted ? "granted" : "refused") \(preVote ? "pre-vote" : "vote") of \(voter)"
                + " in term \(term)"
        case .truncated(let from, let term): "truncates its log from entry \(from) of term \(term)"
        case .appendRefused(let leader, let previous, let reason):
            "refuses entries of \(leader) after \(previous): \(reason)"
        case .committed(let index, let term): "commits up to entry \(index) of term \(term)"
        case .installedSnapshot(let position):
            "installs a snapshot up to entry \(position.index) of term \(position.term)"
        case .changedMembership(let membership): "changes the voters to \(membership.words)"
        case .transferStarted(let target): "transfers leadership to \(target)"
        case .transferAborted(let target): "aborts the transfer to \(target)"
        case .refusedSnapshot(let position, let from, let reason):
            "refuses \(from)'s snapshot up to \(position.index): \(reason)"
        case .impossibleMessage(let from, let why): "ignores an impossible message of \(from): \(why)"
        case .lostLog(let member, let index, _):
            "detects that \(member) lost its log, acknowledged up to \(index)"
        case .ownLogLost(let leader): "learns from \(leader) that it lost its log"
        case .lostLogSettled: "is replaced after it lost its log"
        case .absentVoters(let ids): "has no member called \(ids.joined(separator: " "))"
        }
    }
}
