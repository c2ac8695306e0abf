import Consensus
import KeyValue
import Storage

/// Injects disk faults, and checks how members react.
extension Simulation {
    /// One of the next calls fails. The member must end with exit code 74.
    func failDisk(of member: Member) {
        guard let run = member.run else { return }
        let lasts = dice.below(3) == 0
        run.storage.disk.failure = SimulatedDisk.Failure(after: dice.below(8), lasts: lasts)
        recordFault("gets a disk that will fail\(lasts ? " permanently" : " once")", member)
    }

    /// A disk call failed: the member ends with 74, and restarts later from what its files hold then.
    func diskFails(_ error: DiskError, storing update: StorageUpdate, _ member: Member) {
        recordFault("ends with 74: \(error)", member)
        tally.crashes += 1
        member.end(storing: update)
        loseSomePower(member)
        schedule(.start, of: member, at: time + restartSpan())
    }

    private func loseSomePower(_ member: Member) {
        guard dice.below(4) == 0 else { return }
        var generator = SeededGenerator(seed: dice.next())
        recordFault("loses power while it is down", member)
        member.disk.crash(using: &generator)
    }

    func slowDisk(of member: Member, for span: Microseconds) {
        guard member.diskSlowness == 0, member.isAlive else { return }
        member.diskSlowness = dice.pick([500_000, 1_000_000, 3_000_000])
        recordFault("gets a disk that takes up to \(member.diskSlowness) us for a sync", member)
        queue.add(.recover(member: member.index), at: time + span)
    }

    // MARK: - Starts

    /// Makes a start fail: a write or a read fails, or the member crashes meanwhile. Not that of a member whose lost
    /// disk must be detected in time.
    func injectStartFault(of member: Member) {
        guard phase == .faults, !isLossUndetected, dice.chance(perMillion: scenario.faults.atStarts * 10_000)
        else {
            return
        }
        let calls = dice.below(12)
        switch dice.below(4) {
        case 0, 1: member.disk.failure = SimulatedDisk.Failure(after: calls, lasts: false)
        case 2: member.disk.readsUntilFailure = calls / 2
        default: member.disk.callsUntilFailure = calls
        }
    }

    /// A start may fail only after injected damage or an injected disk failure.
    func cannotStart(_ member: Member, _ error: any Error) throws {
        switch error {
        case is Damage where member.isDamaged:
            member.isDownForGood = true
            recordFault("ends with 65, and stays down: \(error)", member)
        case is DiskError where phase == .faults && scenario.faults.atStarts > 0:
            recordFault("cannot start, as its disk fails: \(error)", member)
            loseSomePower(member)
            schedule(.start, of: member, at: time + restartSpan())
        default:
            throw Breach(.durability, "\(member.id) cannot start: \(error)")
        }
    }

    // MARK: - Damage

    /// Damages a file of a member that the cluster can do without for ever, as failing hardware or people do.
    func damageFile(of member: Member) {
        let damaged = members.count { $0.isDamaged || $0.isDownForGood }
        guard scenario.operators.interval == 0, scenario.initialVoters == members.count, member.isAlive,
            2 * (damaged + 1) < members.count, loss == nil
        else { return }
        crash(member, for: restartSpan())
        member.isDamaged = true
        var disk = member.disk
        // A start cannot detect that the last log file is short; see the README.
        let names = ((try? disk.list()) ?? []).filter { !$0.hasSuffix(".part") }
        let last = names.last { $0.hasPrefix("log-") }
        guard let name = names.isEmpty ? nil : dice.pick(names),
            let size = (try? disk.read(name))?.count,
            size > 0
        else { return }
        switch dice.below(3) {
        case 0 where name != last:
            let end = dice.below(size)
            recordFault("has only \(end) bytes left of \(name)", member)
            disk.shorten(name, to: end)
        case 1:
            recordFault("loses \(name)", member)
            disk.lose(name)
        default:
            let slot = dice.below(size)
            recordFault("has a flipped bit at byte \(slot) of \(name)", member)
            disk.damage(name, at: slot, by: 1 << UInt8(dice.below(8)))
        }
        member.disk = disk
    }
}
