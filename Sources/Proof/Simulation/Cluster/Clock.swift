import Consensus

/// A member's monotonic clock, with its own start and rate.
struct Clock: Sendable {
    /// A true time, and what the clock showed then.
    private var anchor: Microseconds
    private var shown: Microseconds
    /// Microseconds that the clock advances in a million true ones.
    private(set) var rate: Int

    init(at time: Microseconds, showing shown: Microseconds, rate: Int) {
        anchor = time
        self.shown = shown
        self.rate = rate
    }

    func reading(at time: Microseconds) -> Microseconds {
        shown + (time - anchor) * rate / 1_000_000
    }

    /// The first true time at which it shows `reading` or more.
    func time(of reading: Microseconds) -> Microseconds {
        let span = min(reading - shown, 1 << 40)
        return anchor + (span * 1_000_000 + rate - 1) / rate
    }

    mutating func change(rate: Int, at time: Microseconds) {
        self = Clock(at: time, showing: reading(at: time), rate: rate)
    }
}
