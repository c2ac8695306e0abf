import XCTest

@testable import Storage

final class ChecksumTests: XCTestCase {
    func testChecksumsMatchRFC3720() {
        XCTAssertEqual(Checksum.of("123456789".utf8), 0xe306_9283)
        // RFC 3720, B.4.
        XCTAssertEqual(Checksum.of(Array(repeating: UInt8(0), count: 32)), 0x8a91_36aa)
        XCTAssertEqual(Checksum.of(Array(UInt8(0)..<32)), 0x46dd_794e)
        XCTAssertEqual(Checksum.of([]), 0)
    }
}
