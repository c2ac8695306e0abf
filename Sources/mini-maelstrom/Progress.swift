/// Tells how a run goes: every second in one line of a terminal, every ten seconds in lines elsewhere.
struct Progress {
    private let interval: UInt64
    private var last = 0
    private var lastTime: UInt64 = 0
    /// When the next line is due, in nanoseconds since the start.
    private(set) var next: UInt64?

    init(isTerminal: Bool) {
        interval = isTerminal ? 1_000_000_000 : 10_000_000_000
        next = interval
    }

    mutating func report(_ statistics: Statistics, trouble: String, at now: UInt64) {
        guard let due = next, now >= due else { return }
        let total = statistics.total
        let rate = Double(total.all - last) / (Double(now - lastTime) / 1e9)
        let line =
            "\(Text.decimal(Double(now) / 1e9, 0)) s: \(Text.grouped(total.ok)) ok, "
            + "\(Text.grouped(total.fail)) failed, \(Text.grouped(total.info)) unknown, "
            + "\(Text.decimal(rate, 0))/s\(trouble.isEmpty ? "" : ", \(trouble)")"
        if Console.isTerminal { Console.sayForNow(line) } else { Console.say(line) }
        (last, lastTime) = (total.all, now)
        next = due + interval
        if let then = next, then < now { next = now + interval }
    }
}
