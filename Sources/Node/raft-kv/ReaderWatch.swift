/// Finds out that nobody reads what the process writes.
///
/// That a write makes no progress is not enough: on a machine that swaps, the writing thread itself may not run for
/// seconds, and answers that somebody waits for would be lost. The pipe must be full, and nothing taken out of it.
struct ReaderWatch {
    /// What is seen of all output at one moment.
    struct Sight: Equatable {
        /// Whether a write is under way, and a pipe that it may wait for is full.
        var isBlocked: Bool
        var piecesWritten: Int
        /// The bytes in the pipes.
        var unread: Int
    }

    /// How many sights in a row must be the same.
    private static let longestStall = 5
    private var stalled = 0
    private var last: Sight?

    /// Takes what is seen now; once per second.
    /// - Returns: whether nobody reads.
    mutating func isGivenUp(seeing sight: Sight) -> Bool {
        stalled = sight.isBlocked && sight == last ? stalled + 1 : 0
        last = sight
        return stalled >= Self.longestStall
    }
}
