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

    func testBytesAtRandomBreakNoMember() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) }
            bytes.withUnsafeBytes { FuzzInput.run($0) }
        }
    }
}
