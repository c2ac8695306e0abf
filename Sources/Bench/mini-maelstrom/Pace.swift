/// Decides when which worker sends a request. At a rate, the gaps are drawn between 0 and twice the mean, as by
/// Jepsen's `stagger`. Requests that could not be sent in time are not made up for.
struct Pace {
    /// The mean gap, in nanoseconds; 0 for no limit, infinite for no requests.
    private let gap: Double
    private var random: SeededRandom
    private var due: UInt64 = 0
    private var free: [Int]

    /// - Parameter rate: requests per second of all workers together; 0 for none, infinity for no limit.
    init(workers: Int, rate: Double, random: SeededRandom) {
        gap = 1e9 / rate
        self.random = random
        free = Array(0..<workers)
    }

    /// When the next request is due, in nanoseconds since the start; nil while every worker is busy.
    var next: UInt64? { free.isEmpty || gap == .infinity ? nil : due }

    /// The worker that sends a request now, if any.
    mutating func take(at now: UInt64) -> Int? {
        guard let next, next <= now else { return nil }
        if gap > 0 {
            // A little lateness comes from the timer. A wait for a free worker moves the schedule.
            let late = Double(now - due) > 2 * gap ? now : due
            due = late + UInt64(random.unit() * 2 * gap)
            free.swapAt(random.below(free.count), free.count - 1)
        }
        return free.removeLast()
    }

    /// A worker that is free, whatever is due.
    mutating func takeFree() -> Int? { free.popLast() }

    mutating func release(_ worker: Int) { free.append(worker) }
}
