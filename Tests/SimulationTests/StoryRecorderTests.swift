import StoryPage
import XCTest

@testable import Simulation

/// The last steps of a run, as a page.
final class StoryRecorderTests: XCTestCase {
    private func page(_ seed: UInt64, most: Int) -> (page: StoryPage, report: Report, plain: Report) {
        let scenario = Scenario(seed: seed, bias: nil, members: 3, operations: 30)
        let first = Simulation(scenario)
        let plain = first.run()
        let recorder = StoryRecorder(scenario, events: first.handled, most: most)
        let second = Simulation(scenario)
        second.recorder = recorder
        let report = second.run()
        return (recorder.page(report), report, plain)
    }

    func testAPageHoldsTheLastStepsOfTheSameRun() {
        let (page, report, plain) = page(1, most: 40)
        XCTAssertEqual(report.fingerprint, plain.fingerprint)
        XCTAssertEqual(page.steps.count, 40)
        XCTAssertEqual(page.title, "Seed 1: nothing is broken")
        for step in page.steps {
            XCTAssertEqual(step.members.map(\.id), ["n0", "n1", "n2"])
            XCTAssertFalse(step.sentence.isEmpty)
            XCTAssertNotNil(step.time)
        }
    }

    func testMessagesLeaveBeforeTheyArriveWithinThePage() {
        let page = page(1, most: 40).page
        XCTAssertTrue(page.messages.contains { $0.left >= 0 && $0.arrives.contains { $0 < 40 } })
        for message in page.messages {
            XCTAssertTrue((-1..<40).contains(message.left))
            for step in message.arrives {
                XCTAssertGreaterThanOrEqual(step, message.left)
                XCTAssertLessThanOrEqual(step, 40)
                guard step < 40 else { continue }
                XCTAssertTrue(
                    page.steps[step].sentence.contains("receives \(message.label) from n\(message.from)"))
            }
        }
    }

    func testAShortRunIsToldFromItsBeginning() {
        let page = page(2, most: 1_000_000).page
        XCTAssertTrue(page.steps[0].sentence.contains("starts"), page.steps[0].sentence)
        XCTAssertTrue(page.messages.allSatisfy { $0.left >= 0 })
    }
}
