/// When an entry is committed: by the leader's rule and by a follower's, and what may follow from that.
///
/// **A leader** commits what a quorum holds, if it is of its own term: an entry of an earlier term may be on a majority
/// and yet be overwritten (Figure 8); it commits with the first of this term behind it (§5.4.2). Itself a leader counts
/// only up to what its own disk holds (dissertation, 10.2.1).
///
/// **A follower** commits what its leader says is committed (§5.3), and by itself, without waiting for that: a request
/// to any of three voters is answered after one round trip. It counts by the same rule: an entry is committed once a
/// quorum holds it durably in the entry's own term. So a follower may commit up to index i when
///
/// 1. the entry at i in its log is of its current term T; then its log up to i is the leader's (log matching);
/// 2. i is at most its own durable index, which falls when its log is truncated;
/// 3. the leader has told it *in T* that its log is durable up to i;
/// 4. the two are a quorum of the latest membership in its log, committed or not, and of both halves while it is
///    joint.
///
/// A later leader's quorum has a member in common with this one, which voted after it had stored the entry, so the
/// winner's log holds it. Condition 1 rules out Figure 8, durability on both sides rules out losses by crashes. A newer
/// membership in the leader's log comes after i, so any leader elected by it holds i. The follower's commit index may
/// thus be ahead of its leader's: where two voters are a quorum, a read waits for the *last* index of the leader's log
/// (Raft+Reads.swift).
extension Raft {
    /// Something more is known to be stored, here or by another member, or a member has answered: takes every step that
    /// may follow from it. Where none does, it costs little.
    mutating func progressed() {
        if isLeader { advanceCommit() } else { commitWhatBothHold() }
        confirmReads()
        continueTransfer()
        continueChange()
    }

    mutating func commit(upTo index: Index) {
        guard index > commitIndex else { return }
        commitIndex = index
        note(.committed(index, term: log.term(at: index) ?? 0))
        settleLostLogs()
        releaseReads()
    }

    // MARK: - The leader's rule

    /// A commit may settle that a member has lost its log, so that it counts again.
    private mutating func advanceCommit() {
        while let index = indexHeldByQuorum {
            let ownFrom = max(commitIndex + 1, leadership.noOpIndex)
            leadership.uncommittedBytes -= log[ownFrom...index].reduce(0) { $0 + $1.size }
            commit(upTo: index)
        }
    }

    /// What the leader's rule commits now; nil where that is nothing new.
    var indexHeldByQuorum: Index? {
        guard case .leader(let leadership) = role, commitIndex < log.lastIndex else { return nil }
        let index = membership.quorumValue { member in
            member == id ? durableIndex : leadership.matchIndex(of: member)
        }
        let isNew = index > commitIndex && index <= log.lastIndex
        return isNew && log.term(at: index) == currentTerm ? index : nil
    }

    // MARK: - The follower's rule

    mutating func commitWhatBothHold() {
        commit(upTo: indexHeldByBoth(ownDurable: durableIndex))
    }

    /// The commit index that this member will know once its present log is durable.
    package var commitIndexOnceStored: Index {
        max(commitIndex, indexHeldByBoth(ownDurable: log.lastIndex))
    }

    /// The last index for which the conditions above hold; 0 where there is none.
    private func indexHeldByBoth(ownDurable: Index) -> Index {
        guard case .follower(let leader?) = role, isQuorum(with: leader) else { return 0 }
        let index = min(ownDurable, leaderDurableIndex)
        return log.term(at: index) == currentTerm ? index : 0
    }

    /// Whether `member` and this one are a quorum, neither having lost its log.
    func isQuorum(with member: NodeID) -> Bool {
        // In a large cluster, which asks often, looking at all voters would take long.
        guard membership.mayBeDecidedByTwo else { return false }
        return !hasLostLog && !isUncounted(member) && membership.contains(id) && membership.contains(member)
            && membership.hasQuorum { $0 == id || $0 == member }
    }
}
