import Platform

/// Measures where the node's processor time goes. Off unless asked for, because reading the clock is a system call.
struct Stopwatch: Sendable, CustomStringConvertible {
    enum Stage: Int, CaseIterable {
        case read, decode, step, store, encode, write
    }

    let isRunning: Bool
    /// Per stage, in nanoseconds.
    private var spent: [Int]
    /// The longest time that one stage took at once, in nanoseconds.
    private var longest = 0
    private var last = 0

    init(isRunning: Bool) {
        self.isRunning = isRunning
        spent = isRunning ? Stage.allCases.map { _ in 0 } : []
    }

    /// Starts measuring from now.
    mutating func start() {
        if isRunning { last = Self.now }
    }

    /// Adds the processor time since the start, or since the end of the previous stage, to this stage.
    mutating func ends(_ stage: Stage) {
        guard isRunning else { return }
        let now = Self.now
        spent[stage.rawValue] += now - last
        longest = max(longest, now - last)
        last = now
    }

    mutating func add(_ other: Stopwatch) {
        for (stage, time) in other.spent.enumerated() { spent[stage] += time }
        longest = max(longest, other.longest)
    }

    var description: String {
        let stages = Stage.allCases.map { "\($0) \(spent[$0.rawValue] / 1_000_000) ms" }
        return (stages + ["longest \(longest / 1_000) us"]).joined(separator: ", ")
    }

    /// The processor time of the calling thread, in nanoseconds.
    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
