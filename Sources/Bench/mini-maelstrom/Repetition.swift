/// The command that repeats a run.
enum Repetition {
    /// - Parameters:
    ///   - program: how the bench was called.
    ///   - arguments: what it was given.
    static func command(_ program: String, _ arguments: [String], seed: UInt64) -> String {
        let options = arguments.prefix { $0 != "--" }
        var kept: [String] = []
        var isValue = false
        for word in options {
            defer { isValue = !isValue && ["--seed", "--test-count", "--junit", "--summary"].contains(word) }
            let name = word.prefix { $0 != "=" }
            if !isValue, !["--seed", "--test-count", "--junit", "--summary"].contains(name) {
                kept.append(word)
            }
        }
        let all = [program] + kept + ["--seed", "\(seed)"] + arguments.dropFirst(options.count)
        return all.map(quoted).joined(separator: " ")
    }

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                byte > 127 || (48...57).contains(byte) || (65...90).contains(byte)
                    || (97...122).contains(byte)
                    || "-_./,:=+@%{}".utf8.contains(byte)
            }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
