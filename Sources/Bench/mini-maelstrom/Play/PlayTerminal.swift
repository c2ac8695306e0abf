import Foundation
import Platform

/// The prompt, and what is printed. On a terminal the members and the messages under way stand below the lines, above the
/// prompt, and are drawn again as they change; elsewhere there are only lines.
struct PlayTerminal {
    private let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    /// Stdin; nil once it has ended.
    private(set) var descriptor: Int32? = STDIN_FILENO
    /// Whether each message is printed.
    var tellsMessages = false
    private var typed: [UInt8] = []
    private var lines: [String] = []
    private var last = ""
    /// Within the sequence of a key that is no character.
    private var isEscape = false
    private var settings = termios()
    /// What stands below the lines; empty if it must be drawn.
    private var block: [String] = []

    mutating func begin() {
        guard isTerminal, tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
        // What is typed stays together with the prompt, though other lines are printed meanwhile.
        var raw = settings
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    }

    mutating func end() {
        guard isTerminal else { return }
        put(erased())
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }

    // MARK: - Input

    /// Reads what has been typed.
    mutating func read() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Platform.read(STDIN_FILENO, &bytes, bytes.count)
        guard count > 0 else {
            descriptor = nil
            if !typed.isEmpty { submit() }
            return
        }
        for byte in bytes.prefix(count) { isTerminal ? key(byte) : take(byte) }
    }

    private mutating func take(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { submit() } else { typed.append(byte) }
    }

    private mutating func key(_ byte: UInt8) {
        if isEscape {
            // The last byte of a sequence is a letter. An arrow up brings the last line back.
            guard byte >= 0x40, byte != UInt8(ascii: "["), byte != UInt8(ascii: "O") else { return }
            isEscape = false
            if byte == UInt8(ascii: "A") { typed = Array(last.utf8) }
            return
        }
        switch byte {
        case 0x1b: isEscape = true
        case 0x0a, 0x0d: submit()
        case 0x7f, 0x08:
            // A character may be several bytes.
            while let byte = typed.popLast(), byte & 0xc0 == 0x80 {}
        case 0x15: typed = []
        case 0x04: if typed.isEmpty { descriptor = nil }
        case 0..<0x20: break
        default: typed.append(byte)
        }
    }

    private mutating func submit() {
        let line = String(decoding: typed, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        typed = []
        guard !line.isEmpty else { return }
        if isTerminal { say("> \(line)") }
        last = line
        lines.append(line)
    }

    /// The next line that was typed. Those of a script wait while something is under way.
    mutating func nextLine(isBusy: Bool) -> String? {
        guard let line = lines.first, isTerminal || !isBusy else { return nil }
        lines.removeFirst()
        return line
    }

    func hasEnded(isBusy: Bool) -> Bool { descriptor == nil && lines.isEmpty && (isTerminal || !isBusy) }

    // MARK: - Output

    mutating func say(_ line: String) {
        put(erased() + line + "\n")
    }

    /// Prints what happens to a message, where that is wanted.
    mutating func tell(_ line: String) {
        if tellsMessages { say("           \(line)") }
    }

    /// Draws the members, the messages under way, and the prompt.
    mutating func draw(_ picture: PlayPicture) {
        guard isTerminal else { return }
        let width = (terminalColumns(STDOUT_FILENO) ?? 80) - 1
        let flying = picture.messages.filter { $0.fate == .flying }
            .map { "n\($0.from)→n\($0.to) \($0.label)" }
        let now =
            [""] + picture.members.map(\.line)
            + ["on their way: \(flying.isEmpty ? "-" : flying.joined(separator: ", "))", cutWords(picture)]
            .filter { !$0.isEmpty }
            + ["> \(String(decoding: typed, as: UTF8.self))"]
        let fitting = now.map { $0.count > width ? $0.prefix(width - 1) + "…" : $0 }
        guard fitting != block else { return }
        put(erased() + fitting.joined(separator: "\n"))
        block = fitting
    }

    private func cutWords(_ picture: PlayPicture) -> String {
        guard !picture.cuts.isEmpty else { return "" }
        let pairs = picture.cuts.filter { !picture.cuts.contains([$0[1], $0[0]]) || $0[0] < $0[1] }
        return "cut: "
            + pairs.map { pair in
                let isMutual = picture.cuts.contains([pair[1], pair[0]])
                return "n\(pair[0])\(isMutual ? "-" : ">")n\(pair[1])"
            }.joined(separator: " ")
    }

    /// What removes the block from the screen.
    private mutating func erased() -> String {
        guard !block.isEmpty else { return "" }
        let rows = block.count - 1
        block = []
        return "\r\u{1b}[\(rows)A\u{1b}[J"
    }

    private func put(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
