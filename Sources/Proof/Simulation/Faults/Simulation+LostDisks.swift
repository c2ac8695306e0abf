import Consensus
import KeyValue

/// A disk that was lost or restored from an older copy, until its member is replaced.
struct LostDisk {
    enum Stage {
        /// The member stays down until it is no voter, as operators should do it.
        case down
        /// The member was started under a leader to which it had acknowledged more; not detected yet.
        case undetected
        /// The member has stored that it lost its log, and is not counted.
        case detected
        /// The member is no voter any more, and is to be added again.
        case removed
    }

    let member: Int
    var stage: Stage
    /// What the disk held before the loss.
    let held: Stored
}

/// Ends a run without a violation: Raft is not safe with an undetected member that lost its disk.
struct OutsideFaultModel: Error {}

/// Loses disks, and lets operators replace their members as the README says: remove the member, then add it
/// again.
extension Simulation {
    /// A crashed member restarts with an empty disk, or with an older copy.
    func loseDisk(of member: Member) {
        guard loss == nil, awaitedLoss == nil, scenario.operators.interval == 0,
            scenario.initialVoters == members.count,
            members.count > 2, let run = member.run,
            !members.contains(where: { $0.isDamaged || $0.isDownForGood })
        else { return }
        if member.copy == nil, dice.below(2) == 0 {
            recordFault("is copied", member)
            member.copy = (run.storage.disk.copy(), member.stored)
            return
        }
        if dice.below(2) == 0 {
            replaceDisk(of: member, holding: .max, stage: .down)
            queue.add(.replace, at: time + restartSpan())
        } else {
            awaitedLoss = (member.index, polls: 20)
            network.healAll()
            network.linkFaults = Scenario.LinkFaults()
            network.latency = scenario.latency
            queue.add(.lose, at: time + restartSpan())
        }
    }

    /// Loses the disk of one member under a leader that knows what it held. No other fault happens until that is
    /// detected: the member may have forgotten a vote, and committed entries may be on too few disks.
    func loseDiskUnderLeader() {
        guard let (slot, polls) = awaitedLoss else { return }
        awaitedLoss = nil
        guard phase == .faults, polls > 0 else {
            network.linkFaults = scenario.linkFaults
            return
        }
        let member = members[slot]
        let timeout = members.compactMap { $0.run?.timing.electionTimeout }.max() ?? 0
        guard let leader = leader(), leader !== member, let term = leader.seen.leadingTerm,
            members.allSatisfy({ $0.isAlive && !$0.isPaused && !$0.isEnding && $0.seen.term == term }),
            let held = leader.run?.replica.raft.acknowledged(by: member.id), held > 0
        else {
            awaitedLoss = (slot, polls - 1)
            return queue.add(.lose, at: time + max(timeout, scenario.faults.longest / 10))
        }
        for other in members {
            (other.slowness, other.diskSlowness) = (0, 0)
            other.run?.storage.disk.mend()
        }
        replaceDisk(of: member, holding: held, stage: .undetected)
        let start = time + 1 + dice.below(scenario.faults.longest)
        schedule(.start, of: member, at: start)
        queue.add(
            .lossMustBeDetected(number: tally.lostDisks),
            at: start + 40 * timeout + 60 * scenario.latency.mean)
    }

    /// - Parameter held: the index that a restored log must not reach.
    private func replaceDisk(of member: Member, holding held: Index, stage: LostDisk.Stage) {
        loss = LostDisk(member: member.index, stage: stage, held: member.stored)
        tally.lostDisks += 1
        stopMachine(member)
        let copy = member.copy.flatMap { $0.stored.lastIndex < held ? $0 : nil }
        recordFault("loses its disk\(copy == nil ? "" : ", and gets an older copy")", member)
        member.replaceDisk(by: copy?.disk ?? SimulatedDisk(), holding: copy?.stored ?? Stored())
        elections.forgetVotes(of: member.index)
    }

    /// Whether a disk is lost that no leader has detected.
    var isLossUndetected: Bool { loss?.stage == .undetected }

    /// Whether faults are suspended.
    var areFaultsSuspended: Bool { awaitedLoss != nil || isLossUndetected }

    /// What the lost disk held, while the leader still counts it.
    func countedLostDisk(of member: Member) -> Stored? {
        guard let loss, loss.member == member.index, loss.stage == .down || isLossUndetected else {
            return nil
        }
        return loss.held
    }

    /// Whether a voter counts in quorums.
    func isCounted(_ member: Int) -> Bool {
        loss?.member != member && members[member].run?.replica.raft.hasLostLog != true
    }

    // MARK: - Detection

    /// A leader reports that a member lost its log.
    func checkLostLogReport(_ lost: NodeID, _ index: Index, from member: Member) throws {
        guard let loss, members[loss.member].id == lost else {
            throw Breach(
                .durability, "\(member.id) finds that \(lost) has lost what it acknowledged up to \(index)")
        }
    }

    /// Once the member has stored its loss, every later leader learns of it.
    func noteLostLog(_ member: Member) {
        guard isLossUndetected, loss?.member == member.index, member.stored.hardState.lostLog != nil else {
            return
        }
        recordFault("has stored that it lost its log", member)
        tally.lossesFound += 1
        loss?.stage = .detected
        network.linkFaults = scenario.linkFaults
        queue.add(.replace, at: time + restartSpan())
    }

    func checkLossDetected(_ number: Int) throws {
        guard isLossUndetected, number == tally.lostDisks, let loss else { return }
        throw Breach(.liveness, "no leader detects that n\(loss.member) lost its log")
    }

    // MARK: - Replacement

    /// The operator's next step. It repeats a change until that is committed.
    func continueReplacement() throws {
        guard phase == .faults, let loss else { return }
        let member = members[loss.member]
        let all = members.map(\.id).sorted()
        let wanted = loss.stage == .removed ? all : all.filter { $0 != member.id }
        if changes.membership == Membership(voters: wanted, change: changes.membership.change) {
            if loss.stage == .removed {
                recordFault("is replaced", member)
                tally.replacements += 1
                self.loss = nil
                return
            }
            if loss.stage == .down { schedule(.start, of: member, at: time + restartSpan()) }
            self.loss?.stage = .removed
            return queue.add(.replace, at: time + restartSpan())
        }
        tally.events += 1
        let number = changes.ask(.change(wanted), isNumbered: true)
        queue.add(.replace, at: time + 1_000_000 + 20 * scenario.latency.mean)
        try sendOperatorRequest(number, to: dice.below(members.count))
    }
}
