import Consensus
import KeyValue

/// Events of a member as log lines: elections, votes and refusals with their reasons, leaders, commits.
///
/// A line that tells of the member's role ends with it in a form for programs, `(role=leader term=3)`, with the roles that
/// `status` has.
extension Logger {
    mutating func narrate(_ event: Event) {
        switch event {
        case .becameFollower(let term, let leader?, _):
            tell("follows \(leader) in term \(term)", follower, in: term)
        case .becameFollower(let term, nil, let reason):
            tell("is a follower in term \(term): \(reason.rawValue)", follower, in: term)
        case .becamePreCandidate(let term):
            tell(
                "has heard from no leader; asks who would vote for it in term \(term + 1)", "pre_candidate",
                in: term)
        case .becameCandidate(let term, let transfer):
            tell("stands in term \(term)\(transfer ? ", as its leader asks" : "")", "candidate", in: term)
        case .becameLeader(let term, let votes):
            tell("leads term \(term), with the votes of \(votes.joined(separator: " "))", "leader", in: term)
        case .granted(let candidate, let term, let preVote):
            log(
                .info, .election,
                preVote ? "would vote for \(candidate) in term \(term)" : "votes for \(candidate)")
        case .refused(let candidate, let term, let preVote, let reason):
            log(
                .info, .election,
                "refuses \(candidate) a \(preVote ? "pre-vote" : "vote") in term \(term): \(reason)"
            )
        case .voteReceived(let voter, let term, let granted, let preVote):
            log(
                .debug, .election,
                "\(voter) \(granted ? "grants" : "refuses") a \(preVote ? "pre-vote" : "vote") in term \(term)"
            )
        case .truncated(let index, let term):
            log(.info, .replication, "drops its entries from (\(index), t\(term)) on: the leader has others")
        case .appendRefused(let leader, let index, let reason):
            log(.debug, .replication, "refuses what \(leader) appends after \(index): \(reason)")
        case .committed(let index, let term):
            log(.debug, .replication, "committed up to (\(index), t\(term))")
        case .installedSnapshot(let position):
            log(
                .info, .snapshot,
                "takes over the leader's snapshot up to (\(position.index), t\(position.term))")
        case .refusedSnapshot(let position, let leader, let reason):
            log(
                .warning, .snapshot,
                "refuses \(leader)'s snapshot up to (\(position.index), t\(position.term)): \(reason)")
        case .changedMembership(let membership):
            isVoter = id.map(membership.contains) ?? true
            let isFollower = role == "follower" || role == "learner"
            tell("makes the voters \(membership.words)", isFollower ? follower : role, in: term)
        case .transferStarted(let target):
            log(.info, .election, "hands over to \(target)")
        case .transferAborted(let target):
            log(.info, .election, "hands over to \(target) no more")
        case .impossibleMessage(let member, let what):
            log(.warning, .rpc, "\(member) \(what)")
        case .lostLog(let member, let index, let isQuorumLeft):
            log(
                .error, .replication,
                "\(member) acknowledged the log up to \(index), and holds less: its disk was lost, or put back from an "
                    + "older copy. That is unsafe, so it is not counted until change_membership has removed it and "
                    + "added it again"
                    + (isQuorumLeft ? "" : "; those that count are no quorum, so nothing is decided any more")
            )
        case .ownLogLost(let leader):
            log(.error, .replication, "\(leader) finds that this member has lost its log: \(Self.lostLog)")
        case .lostLogSettled:
            log(
                .info, .replication,
                "was removed after it had lost its log, and counts again once it is added")
        case .absentVoters(let ids):
            log(
                .warning, .election,
                "\(ids.joined(separator: " ")) vote, and are not among init's node_ids: nothing is sent to them; "
                    + "change_membership can remove them")
        }
    }

    private var follower: String { isVoter ? "follower" : "learner" }

    /// Logs what tells of the member's role.
    private mutating func tell(_ words: String, _ role: String, in term: Term) {
        self.role = role
        log(.info, .election, "\(words) \(Self.standing(role, in: term))")
    }

    /// The role and the term for programs.
    static func standing(_ role: String, in term: Term) -> String { "(role=\(role) term=\(term))" }

    /// What an operator must know about a member that has lost its log.
    static let lostLog =
        "it holds less than it acknowledged, so it neither votes nor counts until change_membership has removed it "
        + "and added it again"
}
