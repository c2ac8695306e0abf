/// One HTML page that holds its style, its scripts and its data, and needs nothing else.
package enum Page {
    /// - Parameters:
    ///   - frame: the page, with a line for each part.
    ///   - parts: what replaces the words in the frame, such as `STYLE`; one of them per line.
    package static func html(_ frame: [UInt8], _ parts: [String: String]) -> [UInt8] {
        let lines = text(frame).split(separator: "\n", omittingEmptySubsequences: false)
        let filled = lines.map { line in
            for (name, text) in parts where line.contains(name) {
                return replaced(String(line), name, by: text)
            }
            return String(line)
        }
        return Array(filled.joined(separator: "\n").utf8)
    }

    /// The files, one after the other.
    package static func text(_ files: [UInt8]...) -> String {
        files.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    package static func escaped(_ text: String) -> String {
        replaced(replaced(text, "&", by: "&amp;"), "<", by: "&lt;")
    }

    /// Text of nodes must not be able to close the script that it stands in.
    package static func inScript(_ json: String) -> String { replaced(json, "<", by: "\\u003c") }

    private static func replaced(_ text: String, _ part: String, by other: String) -> String {
        text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }

    /// The style of pages that show members as cards, and messages between them as arrows.
    package static var membersStyle: [UInt8] { PackageResources.members_css }

    /// What makes elements of the page and of its pictures.
    package static var elementsScript: [UInt8] { PackageResources.elements_js }
}
