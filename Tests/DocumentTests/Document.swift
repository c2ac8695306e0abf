import Foundation

/// A document of the project, as its readers find it: text, and blocks that are indented.
struct Document {
    struct Block {
        /// The line of the document at which it begins, counted from 1.
        var line: Int
        var lines: [String]
        /// The last line of text before it.
        var introduction: String
        var text: String { lines.joined(separator: "\n") }
    }

    /// The project's folder.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let names = ["README.md", ".github/CONTRIBUTING.md", "Tests/README.md"]
    /// What comes with the package of binaries.
    static let guide = "scripts/package.d/README.txt"

    let name: String
    let text: String
    let blocks: [Block]

    /// - Parameter indent: the columns by which blocks are indented.
    init(_ name: String, indent: Int = 4) throws {
        self.name = name
        text = try String(contentsOf: Self.root.appendingPathComponent(name), encoding: .utf8)
        var blocks: [Block] = []
        var introduction = ""
        var isInBlock = false
        for (number, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix(String(repeating: " ", count: indent)) {
                if !isInBlock {
                    blocks.append(Block(line: number + 1, lines: [], introduction: introduction))
                }
                isInBlock = true
                blocks[blocks.count - 1].lines.append(String(line.dropFirst(indent)))
            } else if line.isEmpty {
                if isInBlock { blocks[blocks.count - 1].lines.append("") }
            } else {
                isInBlock = false
                introduction = line
            }
        }
        self.blocks = blocks.map { block in
            var block = block
            while block.lines.last == "" { block.lines.removeLast() }
            return block
        }
    }

    /// The words in backquotes, outside blocks.
    var codeSpans: [String] {
        let prose = text.components(separatedBy: "\n").filter { !$0.hasPrefix("    ") }.joined(
            separator: "\n")
        return prose.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element).replacing("\n", with: " ") }
    }
}
