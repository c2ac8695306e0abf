import XCTest

@testable import Consensus

/// What stopped members do to the estimate of round trips on a fast network.
final class RoundTripSamplerTests: XCTestCase {
    private let fast = Estimate(mean: 3_000, deviation: 1_000)

    /// The estimate after so many stops of a second each, with so many requests waiting in each.
    private func estimate(_ start: Estimate?, stops: Int, requests: Int) -> Estimate? {
        var sampler = RoundTripSampler()
        var estimate = start
        for stop in 0..<stops {
            let (began, end) = (stop * 1_000_000, (stop + 1) * 1_000_000)
            for request in 0..<requests {
                let sent = began + 1 + request * (600_000 / requests)
                estimate = sampler.estimate(estimate, addingTripFrom: sent, to: end)
            }
        }
        return estimate
    }

    func testOneStopIsNotBelieved() throws {
        XCTAssertEqual(estimate(fast, stops: 1, requests: 20), fast)
        XCTAssertNil(estimate(nil, stops: 1, requests: 20))
    }

    // Twenty answers to one stop once counted as twenty.
    func testAStopRightAfterAStopCountsOnce() throws {
        let mean = try XCTUnwrap(estimate(fast, stops: 2, requests: 20)).mean
        XCTAssertLessThan(mean, 150_000)
        XCTAssertEqual(estimate(fast, stops: 2, requests: 1)?.mean, mean)
    }

    func testANetworkThatHasBecomeSlowIsBelievedWithinFewRoundTrips() throws {
        var sampler = RoundTripSampler()
        var estimate: Estimate? = fast
        for trip in 0..<4 {
            estimate = sampler.estimate(
                estimate, addingTripFrom: trip * 1_000_000, to: (trip + 1) * 1_000_000)
        }
        XCTAssertGreaterThan(try XCTUnwrap(estimate).election, 1_000_000)
    }

    func testAFirstMeasurementOfASlowNetworkCountsInFullOnceItIsConfirmed() {
        XCTAssertEqual(estimate(nil, stops: 2, requests: 1)?.mean, 999_999)
    }
}
