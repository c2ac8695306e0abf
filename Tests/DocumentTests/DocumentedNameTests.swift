import XCTest

/// The documents name files and tests that there are.
final class DocumentedNameTests: XCTestCase {
    private let files = Set(
        ["Sources", "Tests", "scripts", "maelstrom-runs", ".github", ".ci"].flatMap { folder in
            let names = FileManager.default.enumerator(
                atPath: Document.root.appendingPathComponent(folder).path)
            return [folder] + (names?.compactMap { ($0 as? String).map { "\(folder)/\($0)" } } ?? [])
        })

    func testEveryPathIsThere() throws {
        var checked = 0
        for name in Document.names {
            for span in try Document(name).codeSpans {
                let path = String(span.split(separator: " ")[0])
                guard !path.contains("NAME"),
                    path.wholeMatch(of: /(Sources|Tests|scripts|maelstrom-runs)\/.*/) != nil
                else { continue }
                checked += 1
                XCTAssertTrue(
                    files.contains(path.hasSuffix("/") ? String(path.dropLast()) : path), "\(name): \(path)")
            }
        }
        XCTAssertGreaterThan(checked, 20)
    }

    func testEverySourceFileIsThere() throws {
        let names = Set(files.map { URL(fileURLWithPath: $0).lastPathComponent })
        for name in Document.names {
            for span in try Document(name).codeSpans where span.hasSuffix(".swift") && !span.contains(" ") {
                XCTAssertTrue(
                    names.contains(URL(fileURLWithPath: span).lastPathComponent), "\(name): \(span)")
            }
        }
    }
}
