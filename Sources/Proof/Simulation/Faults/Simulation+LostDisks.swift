import Consensus
import KeyValue

/// A disk that is lost or put back from an older copy, until its member is replaced.
struct LostDisk {
    enum Stage {
        /// Its member stays down until it is no voter any more, as an operator should have it.
        case down
        /// It was started under a leader to which it had acknowledged more.
        case unfound
        /// It keeps in mind that it has lost its log, and is not counted.
        case found
        /// It is no voter any more, and is to be one again.
        case removed
    }

    let member: Int
    var stage: Stage
    /// What the disk held before.
    let held: Stored
}

/// What none can demand any more: Raft is not safe with a member that comes back without memory, and is not found.
struct BeyondRaft: Error {}

/// Disks that are lost, and operators who replace their members as the README says: by a change of membership
/// without the member, and another one with it.
extension Simulation {
    /// A member that has crashed comes back to an empty disk, or to an older copy of what it held.
    func loseDisk(of member: Member) {
        guard loss == nil, awaitedLoss == nil, scenario.operators.interval == 0,
            scenario.initialVoters == members.count,
            members.count > 2, let run = member.run,
            !members.contains(where: { $0.isHarmed || $0.isOut })
        else { return }
        if member.copy == nil, dice.below(2) == 0 {
            tellFault("is copied", member)
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

    /// One member's disk is gone while a leader knows what it held, and nothing else is broken until it has been
    /// found: it may have forgotten a vote, and what was committed with it may stand on too few disks.
    func loseDiskUnderLeader() {
        guard let (slot, polls) = awaitedLoss else { return }
        awaitedLoss = nil
        guard phase == .faults, polls > 0 else {
            network.linkFaults = scenario.linkFaults
            return
        }
        let member = members[slot]
        let timeout = members.compactMap { $0.run?.timing.electionTimeout }.max() ?? 0
        guard let leader = leader(), leader !== member, let term = leader.seen.leads,
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
        replaceDisk(of: member, holding: held, stage: .unfound)
        let start = time + 1 + dice.below(scenario.faults.longest)
        schedule(.start, of: member, at: start)
        queue.add(
            .lossIsFound(number: tally.lostDisks), at: start + 40 * timeout + 60 * scenario.latency.mean)
    }

    /// - Parameter held: what its log must not reach any more.
    private func replaceDisk(of member: Member, holding held: Index, stage: LostDisk.Stage) {
        loss = LostDisk(member: member.index, stage: stage, held: member.stored)
        tally.lostDisks += 1
        stopMachine(member)
        let copy = member.copy.flatMap { $0.stored.lastIndex < held ? $0 : nil }
        tellFault("loses its disk\(copy == nil ? "" : ", which is put back from an older copy")", member)
        member.replaceDisk(by: copy?.disk ?? SimulatedDisk(), holding: copy?.stored ?? Stored())
        elections.forgetVotes(of: member.index)
    }

    /// Whether a disk is lost, and nobody knows.
    var isLossUnfound: Bool { loss?.stage == .unfound }

    /// Whether nothing may break.
    var isQuiet: Bool { awaitedLoss != nil || isLossUnfound }

    /// What the member held counts for its leader until that is told.
    func countsLostDisk(of member: Member) -> Stored? {
        guard let loss, loss.member == member.index, loss.stage == .down || isLossUnfound else { return nil }
        return loss.held
    }

    /// Whether a member takes part in decisions, where it is one of the voters.
    func isCounted(_ member: Int) -> Bool {
        loss?.member != member && members[member].run?.replica.raft.hasLostLog != true
    }

    // MARK: - Finding out

    /// A leader says that a member has lost its log.
    func hearOfLostLog(_ lost: NodeID, _ index: Index, from member: Member) throws {
        guard let loss, members[loss.member].id == lost else {
            throw Breach(
                .durability, "\(member.id) finds that \(lost) has lost what it acknowledged up to \(index)")
        }
    }

    /// Once the member keeps it in mind, whoever leads knows.
    func noteLostLog(_ member: Member) {
        guard isLossUnfound, loss?.member == member.index, member.stored.hardState.lostLog != nil else {
            return
        }
        tellFault("has stored that it lost its log", member)
        tally.lossesFound += 1
        loss?.stage = .found
        network.linkFaults = scenario.linkFaults
        queue.add(.replace, at: time + restartSpan())
    }

    func endQuiet(_ number: Int) throws {
        guard isLossUnfound, number == tally.lostDisks, let loss else { return }
        throw Breach(.liveness, "nobody finds that n\(loss.member) has lost its log")
    }

    // MARK: - Replacing

    /// An operator goes on with the replacement, and asks again until it is made.
    func continueReplacement() throws {
        guard phase == .faults, let loss else { return }
        let member = members[loss.member]
        let all = members.map(\.id).sorted()
        let wanted = loss.stage == .removed ? all : all.filter { $0 != member.id }
        if changes.membership == Membership(voters: wanted, change: changes.membership.change) {
            if loss.stage == .removed {
                tellFault("is replaced", member)
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
        try order(number, to: dice.below(members.count))
    }
}
