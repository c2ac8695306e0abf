import Consensus
import XCTest

@testable import KeyValue

final class DeadlineQueueTests: XCTestCase {
    func testTheEarliestDeadlineComesFirst() {
        var generator = SeededGenerator(seed: 3)
        for count in [0, 1, 2, 3, 10, 1_000] {
            var queue = DeadlineQueue()
            let times = (0..<count).map { _ in Int.random(in: 0..<500, using: &generator) }
            for (slot, time) in times.enumerated() {
                queue.insert(time, RequestTicket(slot: slot, sequence: time))
            }
            var taken: [Int] = []
            while let wait = queue.first {
                XCTAssertEqual(wait.ticket.sequence, wait.deadline)
                taken.append(wait.deadline)
                queue.removeFirst()
            }
            XCTAssertEqual(taken, times.sorted())
        }
    }
}
