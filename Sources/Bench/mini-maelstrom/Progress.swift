/// Prints progress: every second in one line on a terminal, otherwise a line every ten seconds.
struct Progress {
    private static let interval: UInt64 = Console.isTerminal ? 1_000_000_000 : 10_000_000_000

    private var last = 0
    private var lastTime: UInt64 = 0
    /// When the next line is due, in nanoseconds since the start.
    private(set) var next = interval

    mutating func report(_ statistics: Statistics, trouble: @autoclosure () -> String, at now: UInt64) {
        guard now >= next else { return }
        let (total, trouble) = (statistics.total, trouble())
        let rate = Double(total.all - last) / (Double(now - lastTime) / 1e9)
        let line =
            "\(Text.decimal(Double(now) / 1e9, 0)) s: \(Text.grouped(total.ok)) ok, "
            + "\(Text.grouped(total.fail)) failed, \(Text.grouped(total.info)) unknown, "
            + "\(Text.decimal(rate, 0))/s\(trouble.isEmpty ? "" : ", \(trouble)")"
        if Console.isTerminal { Console.sayForNow(line) } else { Console.say(line) }
        (last, lastTime) = (total.all, now)
        next += Progress.interval
        if next < now { next = now + Progress.interval }
    }
}
