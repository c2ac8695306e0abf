import FuzzInput
import XCTest

/// The corpus of the fuzzer, and every input that once crashed it, runs with the other tests.
final class CorpusTests: XCTestCase {
    func testNothingInTheCorpusBreaksAMember() throws {
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
