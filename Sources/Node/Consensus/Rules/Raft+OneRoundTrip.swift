/// What a follower may conclude without waiting for its leader to conclude it: a request that reaches any of three
/// voters is answered after one round trip.
///
/// **Commit.** In the paper a leader counts who holds an entry. Anybody may count, if it counts the same: an entry
/// is committed once a quorum holds it durably in the entry's own term. So a follower takes index i for committed
/// when
///
/// 1. the entry at i in its log is of its current term T; then its log up to i is the leader's (log matching);
/// 2. i is at most its own durable index, which falls where its log is cut;
/// 3. the leader has told it *in T* that its log is durable up to i;
/// 4. the two are a quorum of the latest membership in its log, committed or not, and of both halves while it is
///    joint.
///
/// A later leader's quorum meets that one in a member that voted after it had stored the entry, so the winner's log
/// holds it. Condition 1 keeps Figure 8 out, durability on both sides keeps crashes out. A newer membership in the
/// leader's log stands behind i, so whoever is elected by it holds i. This member's commit index may so be ahead of
/// its leader's: where two voters may decide, a read waits for the *last* index of the leader's log (Raft+Reads.swift).
extension Raft {
    mutating func commitWhatBothHold() {
        commit(upTo: indexHeldByBoth(ownDurable: durableIndex))
    }

    /// The commit index that this member will know when its log is stored as it stands.
    package var commitIndexOnceStored: Index {
        max(commitIndex, indexHeldByBoth(ownDurable: log.lastIndex))
    }

    /// The last index that the conditions above hold for; 0 where there is none.
    private func indexHeldByBoth(ownDurable: Index) -> Index {
        guard case .follower(let leader?) = role, isQuorum(with: leader) else { return 0 }
        let index = min(ownDurable, leaderDurableIndex)
        return log.term(at: index) == currentTerm ? index : 0
    }

    /// Whether `member` and this one are a quorum, both being voters that count.
    func isQuorum(with member: NodeID) -> Bool {
        !hasLostLog && !isUncounted(member) && membership.contains(id) && membership.contains(member)
            && membership.hasQuorum { $0 == id || $0 == member }
    }
}
