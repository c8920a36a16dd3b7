package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import vintk.onnx.Shape;
import vintk.space.Space;
import vintk.space.Spaces;

class InterruptionTest {
    private static KernelEngine open() {
        Space space = Spaces.builtIn("deit");
        Network network = new CandidateNetwork("deit", space.sample(1, 0).get(0).resolve(space, 32, 10), 0);
        return KernelEngine.open(network, 2, Shape.of(3, 32, 32), KernelOptions.defaults());
    }

    /** A deadline, or Ctrl-C, also ends what happens before anything runs. */
    @Test
    void endsTheMakingOfGraphs() {
        Interruption.request(Thread.currentThread());
        try {
            assertThrows(Interruption.Interrupted.class, InterruptionTest::open);
        } finally {
            Interruption.reset(Thread.currentThread());
        }
        open().close();
    }
}
