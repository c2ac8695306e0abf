import Raft

/// What a seed breaks.
extension Scenario {
    mutating func drawFaults(_ dice: inout Dice) {
        guard bias != .calm else { return }
        weighFaults()
        let timeout = max(electionTimeout ?? 0, 150_000, 4 * latency.mean)
        faults.interval = dice.within(1...8) * timeout
        faults.longest = dice.within(1...12) * timeout
        faults.atLeader = dice.pick([10, 30, 60, 90])
        faults.youngLeader = dice.pick([0, 0, 100_000, 500_000])
        switch bias {
        case .calm, .late, .pauses: break
        case .mixed: faults.crashPoint = dice.pick([0, 1_000])
        case .partitions: faults.interval = dice.within(1...4) * timeout
        case .crashes, .tiny:
            faults.youngLeader = dice.pick([100_000, 500_000, 900_000])
            faults.crashPoint = dice.pick([500, 5_000, 20_000])
            faults.interval = dice.within(1...4) * timeout
        case .rebirths:
            faults.atLeader = dice.pick([0, 10])
            faults.youngLeader = 0
            faults.crashPoint = dice.pick([0, 5_000])
            faults.interval = dice.within(2...10) * 2 * latency.mean
            faults.longest = dice.within(1...10) * latency.mean
        case .sleepers:
            faults.isolation = 90
            faults.atLeader = 95
            faults.longest = dice.within(3...8) * timeout
            faults.interval = faults.longest
            faults.youngLeader = 0
        case .flood: faults.interval *= 2
        case .handovers: faults.atLeader = 90
        case .memberships, .pairs: faults.crashPoint = dice.pick([0, 500, 5_000])
        }
    }

    private mutating func weighFaults() {
        switch bias {
        case .calm: break
        case .mixed:
            faults.weigh(
                cut: 3, oneWayCut: 2, mute: 1, crash: 2, crashAll: 1, pause: 2, slowness: 1, clockRate: 1,
                storm: 1, stop: 1)
        case .partitions: faults.weigh(cut: 5, oneWayCut: 3, mute: 1)
        case .crashes: faults.weigh(cut: 2, crash: 5, crashAll: 1, stop: 1)
        case .tiny: faults.weigh(cut: 1, crash: 5, crashAll: 1, stop: 1)
        case .rebirths: faults.weigh(crash: 1)
        case .sleepers: faults.weigh(pause: 1)
        case .late: faults.weigh(cut: 1, mute: 1, crash: 1, storm: 2)
        case .pauses: faults.weigh(cut: 1, pause: 4, slowness: 2, clockRate: 2)
        case .flood: faults.weigh(cut: 2, crash: 1, pause: 2)
        case .handovers: faults.weigh(cut: 2, storm: 1, stop: 5)
        case .memberships: faults.weigh(cut: 3, oneWayCut: 1, crash: 3, pause: 1, storm: 1, stop: 1)
        case .pairs: faults.weigh(cut: 5, oneWayCut: 3, mute: 1, crash: 2, pause: 1)
        }
    }
}

extension Scenario.Faults {
    var mayCrash: Bool { crash + crashAll + crashPoint + stop > 0 }

    fileprivate mutating func weigh(
        cut: Int = 0, oneWayCut: Int = 0, mute: Int = 0, crash: Int = 0, crashAll: Int = 0, pause: Int = 0,
        slowness: Int = 0, clockRate: Int = 0, storm: Int = 0, stop: Int = 0
    ) {
        self.cut = cut
        self.oneWayCut = oneWayCut
        self.mute = mute
        self.crash = crash
        self.crashAll = crashAll
        self.pause = pause
        self.slowness = slowness
        self.clockRate = clockRate
        self.storm = storm
        self.stop = stop
    }
}
