import Consensus

/// Draws the faults.
extension Scenario {
    /// Disk faults. A generator of their own keeps all other draws of the seed the same.
    mutating func drawDiskFaults() {
        var dice = Dice(seed: seed &+ 0x6469_736b)
        guard faults.mayCrash, !isInMemory else { return }
        let weight = max(faults.weights.values.reduce(0, +), 1)
        if dice.below(2) == 0 {
            faults.weights[.diskError] = dice.within(1...weight)
            faults.atStarts = dice.pick([0, 10, 50])
            if dice.below(3) == 0 { faults.weights[.slowDisk] = dice.within(1...max(weight / 4, 1)) }
            if dice.below(3) == 0 { faults.weights[.damage] = 1 }
        }
        if dice.below(2) == 0 { faults.weights[.lostDisk] = dice.within(1...weight) }
    }

    mutating func drawFaults(_ dice: inout Dice) {
        guard bias != .calm else { return }
        let timeout = max(electionTimeout ?? 0, 150_000, 4 * latency.mean)
        faults.interval = dice.within(1...8) * timeout
        faults.longest = dice.within(1...12) * timeout
        faults.atLeader = dice.pick([10, 30, 60, 90])
        faults.newLeader = dice.pick([0, 0, 100_000, 500_000])
        switch bias {
        case .calm: break
        case .mixed:
            faults.weights = [
                .cut: 3, .oneWayCut: 2, .mute: 1, .crash: 2, .crashAll: 1, .pause: 2, .slowness: 1,
                .clockRate: 1, .storm: 1, .stop: 1,
            ]
            faults.crashPoint = dice.pick([0, 1_000])
        case .partitions:
            faults.weights = [.cut: 5, .oneWayCut: 3, .mute: 1]
            faults.interval = dice.within(1...4) * timeout
        case .crashes, .tiny:
            faults.weights = [.cut: bias == .tiny ? 1 : 2, .crash: 5, .crashAll: 1, .stop: 1]
            faults.newLeader = dice.pick([100_000, 500_000, 900_000])
            faults.crashPoint = dice.pick([500, 5_000, 20_000])
            faults.interval = dice.within(1...4) * timeout
        case .restarts:
            faults.weights = [.crash: 1]
            faults.atLeader = dice.pick([0, 10])
            faults.newLeader = 0
            faults.crashPoint = dice.pick([0, 5_000])
            faults.interval = dice.within(2...10) * 2 * latency.mean
            faults.longest = dice.within(1...10) * latency.mean
        case .pausedLeaders:
            faults.weights = [.pause: 1]
            faults.isolation = 90
            faults.atLeader = 95
            faults.longest = dice.within(3...8) * timeout
            faults.interval = faults.longest
            faults.newLeader = 0
        case .late: faults.weights = [.cut: 1, .mute: 1, .crash: 1, .storm: 2]
        case .pauses: faults.weights = [.cut: 1, .pause: 4, .slowness: 2, .clockRate: 2]
        case .flood:
            faults.weights = [.cut: 2, .crash: 1, .pause: 2]
            faults.interval *= 2
        case .handovers:
            faults.weights = [.cut: 2, .storm: 1, .stop: 5]
            faults.atLeader = 90
        case .memberships:
            faults.weights = [.cut: 3, .oneWayCut: 1, .crash: 3, .pause: 1, .storm: 1, .stop: 1]
            faults.crashPoint = dice.pick([0, 500, 5_000])
        case .pairs:
            faults.weights = [.cut: 5, .oneWayCut: 3, .mute: 1, .crash: 2, .pause: 1]
            faults.crashPoint = dice.pick([0, 500, 5_000])
        }
    }
}

extension Scenario.Faults {
    var mayCrash: Bool {
        crashPoint + newLeader > 0 || [.crash, .crashAll, .stop].contains { weights[$0] != nil }
    }
}
