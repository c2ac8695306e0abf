import FuzzInput
import XCTest

/// Runs the fuzzer's corpus, with every input that once caused a crash.
final class CorpusTests: XCTestCase {
    func testNoInputOfTheCorpusBreaksAMember() throws {
        let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fuzz/Corpus")
        let files = try FileManager.default.contentsOfDirectory(at: corpus, includingPropertiesForKeys: nil)
        XCTAssertGreaterThan(files.count, 5)
        for file in files {
            let bytes = try Data(contentsOf: file)
            bytes.withUnsafeBytes { FuzzInput.run($0) }
        }
    }
}
