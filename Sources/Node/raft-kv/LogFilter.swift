/// The severity of a line on stderr, the gravest first.
enum LogLevel: CaseIterable, Comparable, Sendable {
    case off, error, warning, info, debug, trace

    init?(_ name: String) {
        guard let level = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = level
    }
}

/// The subject of a line on stderr.
enum LogCategory: String, CaseIterable, Sendable {
    /// The process: its start and end, and lines that it cannot use.
    case node
    /// Terms, votes, leaders.
    case election
    /// Replication and commits.
    case replication
    /// Snapshots and the disk.
    case snapshot
    /// Requests of clients and their answers.
    case client
    /// Every message in and out.
    case rpc
}

/// Which lines go to stderr: `info,election=debug,rpc=trace` is a level, then others for some categories.
struct LogFilter: Sendable {
    /// What a filter looks like, for people who gave something else.
    static let grammar =
        "a level (\(list(LogLevel.allCases))), then CATEGORY=LEVEL for \(list(LogCategory.allCases)), "
        + "comma-separated"

    private var general = LogLevel.info
    private var special: [LogCategory: LogLevel] = [:]

    init() {}

    /// Nil where the text is no filter.
    init?(_ text: String) {
        for (slot, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            if slot == 0, sides.count == 1, let level = LogLevel(sides[0]) {
                general = level
            } else if sides.count == 2, let category = LogCategory(rawValue: sides[0]),
                let level = LogLevel(sides[1])
            {
                special[category] = level
            } else {
                return nil
            }
        }
    }

    func admits(_ level: LogLevel, _ category: LogCategory) -> Bool {
        level <= (special[category] ?? general)
    }

    private static func list(_ names: [some Any]) -> String {
        names.map { "\($0)" }.joined(separator: " ")
    }
}
