import Consensus
import XCTest

@testable import KeyValue

final class LargeClusterTests: XCTestCase {
    /// While they start, the leader misses those that have not; each tells all others, who ask all others. Once that
    /// took so many messages that answers were late and others were missed for that, for ever.
    func testAHundredMembersThatStartSlowlyOnABusyMachineElectAndServe() {
        let count = 100
        let machine = BusyMachine(count)
        for slot in 0..<count {
            machine.run(until: slot * 10_000)
            machine.start(slot)
        }
        XCTAssertEqual(machine.leaders.count, 1)
        let began = machine.now
        for number in 1...25 {
            machine.ask(
                number % count, ClientRequest(client: "c", messageID: number, .write(key: "1", value: "2")))
            machine.run(until: began + number * 10_000)
        }
        machine.run(until: began + 1_800_000)
        XCTAssertEqual(machine.replies.count, 25)
        for reply in machine.replies { XCTAssertEqual(reply.body, .writeOK) }
        let hellos = machine.sent["hello", default: 0] + machine.sent["hello?", default: 0]
        XCTAssertLessThan(hellos, 3 * count * count, "each member asks all others, and a few again")
        machine.run(until: began + 2_200_000)
        XCTAssertEqual(
            machine.sent["hello", default: 0] + machine.sent["hello?", default: 0] - hellos, 0, "all is calm")
    }
}
