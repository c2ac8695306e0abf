/// Changes of membership by joint consensus (§6; dissertation, chapter 4): any set of voters can follow any
/// other in one change.
///
/// New voters catch up first, as learners. Then a joint membership is in force from the moment it is in the
/// log, and every decision needs a quorum of the old voters and one of the new; once it is committed, the new
/// membership follows. One change at a time, and none before the leader has committed in its term: two
/// leaders could otherwise each have a membership that the other does not know of, without a common quorum.

/// A leader's answer to a requested change.
package enum ChangeProposalResult: Hashable, Sendable {
    case underWay
    /// Another change is under way.
    case busy
    /// This member cannot make it, or not yet; see `Raft.acceptsChanges`.
    case notNow
}

/// New voters catching up with the leader's log (dissertation, 4.2.1).
struct CatchUp: Sendable {
    /// The membership to come.
    let target: Membership
    let deadline: Microseconds
    /// The goal of a round: the end of the leader's log when the round began. Every new voter, and a quorum of the new
    /// membership, must reach it.
    var goal: Index
    /// The first request of this round: a member must also answer one of these, or it may be gone.
    var firstRequest: MessageID
    var began: Microseconds
}

extension Raft {
    /// Whether a leader takes changes now.
    package var acceptsChanges: Bool {
        guard case .leader(let leadership) = role else { return false }
        // The next change waits until the last one is known to be committed; a follower may know that first.
        return acceptsCommands && commitIndex >= leadership.noOpIndex
            && (membershipIndex <= commitIndex || membership.isJoint || leadership.catchUp != nil)
    }

    /// The membership whose new voters are catching up; nil where there is none.
    package var catchingUp: Membership? {
        if case .leader(let leadership) = role { leadership.catchUp?.target } else { nil }
    }

    /// Begins to make `voters` the membership. `change` identifies the request, and is stored with the membership.
    package mutating func changeMembership(to voters: [NodeID], change: String) -> ChangeProposalResult {
        guard acceptsChanges else { return .notNow }
        // A failed change is about to be refused: begun anew, it would take effect after its refusal.
        if leadership.catchUp?.target.change == change || pending.failedChanges.contains(change)
            || isUnsettled && membership.change == change
        {
            return .underWay
        }
        if leadership.catchUp != nil || membership.isJoint { return .busy }
        leadership.catchUp = CatchUp(
            target: Membership(voters: voters, change: change),
            deadline: now + settings.limits.catchUpPatience, goal: log.lastIndex,
            firstRequest: nextMessageID, began: now)
        askVoters(voters)
        continueChange()
        return .underWay
    }

    /// Lets a heartbeat go to each of `voters` at once, so that a round takes no longer than it must.
    private mutating func askVoters(_ voters: [NodeID]) {
        for slot in leadership.progress.indices where voters.contains(leadership.progress[slot].id) {
            leadership.progress[slot].lastSent = nil
        }
    }

    /// Whether the membership in force is uncommitted, or is the joint half of a change.
    private var isUnsettled: Bool {
        membership.isJoint || membershipIndex > commitIndex
    }

    /// Takes the next step of a change, where one can be taken.
    mutating func continueChange() {
        guard case .leader(let leading) = role, commitIndex >= leading.noOpIndex else { return }
        if let catchUp = leading.catchUp { continueCatchUp(catchUp) }
        guard isLeader, membershipIndex <= commitIndex else { return }
        if membership.isJoint {
            appendMembership(Membership(voters: membership.incoming, change: membership.change))
        } else if !membership.contains(id) {
            leave()
        }
    }

    private mutating func continueCatchUp(_ catchUp: CatchUp) {
        let target = catchUp.target
        let areCaughtUp =
            target.hasQuorum { isCaughtUp($0, catchUp) }
            && target.voters.allSatisfy { membership.contains($0) || isCaughtUp($0, catchUp) }
        // Twice the timeout: with constant latency T is hardly longer than a round trip.
        if areCaughtUp, now - catchUp.began < 2 * timing.electionTimeout {
            leadership.catchUp = nil
            let isSame = target.incoming == membership.incoming
            appendMembership(isSame ? target : target.joint(with: membership))
        } else if now >= catchUp.deadline {
            leadership.catchUp = nil
            pending.failedChanges.append(target.change)
        } else if areCaughtUp {
            // A voter this slow would delay commits; it gets another round.
            var next = catchUp
            next.goal = log.lastIndex
            next.firstRequest = nextMessageID
            next.began = now
            leadership.catchUp = next
            askVoters(target.voters)
        }
    }

    private func isCaughtUp(_ voter: NodeID, _ catchUp: CatchUp) -> Bool {
        if voter == id { return true }
        guard let progress = leadership.progress(of: voter), !progress.isUncounted else { return false }
        return progress.matchIndex >= catchUp.goal && progress.answered >= catchUp.firstRequest
    }

    private mutating func appendMembership(_ membership: Membership) {
        note(.changedMembership(membership))
        appendAsLeader(.membership(membership))
        memberships.append((log.lastIndex, membership))
        // A removed member must learn that before it times out on the leader.
        for member in others { expectAnswer(of: member) }
        if let target = leadership.transfer?.target, !membership.contains(target) { abortTransfer() }
    }

    /// A leader that is not a voter any more leads until that is committed (dissertation, 4.2.2), and then tells the
    /// most up-to-date voter to start an election.
    private mutating func leave() {
        if let target = preferredTransferTarget {
            _ = send(.timeoutNow(TimeoutNow(term: currentTerm, leader: id)), to: target)
        }
        becomeFollower(term: currentTerm, leader: nil, reason: .removed)
    }
}
