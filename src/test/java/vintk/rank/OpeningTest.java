package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import vintk.onnx.Shape;
import vintk.runtime.CandidateNetwork;
import vintk.runtime.KernelEngine;
import vintk.runtime.KernelOptions;
import vintk.runtime.Network;
import vintk.runtime.SessionSettings;
import vintk.space.Space;
import vintk.space.Spaces;

/** Engines are opened once, by whoever is first, and closed whoever opened them. */
class OpeningTest {
    private final AtomicInteger opened = new AtomicInteger();

    private Opening.Opened open() {
        opened.incrementAndGet();
        Space space = Spaces.builtIn("deit");
        Network network = new CandidateNetwork("deit", space.sample(1, 0).get(0).resolve(space, 32, 10), 0);
        Shape sample = Shape.of(3, 32, 32);
        KernelOptions options = KernelOptions.defaults().withSession(SessionSettings.of(1));
        return new Opening.Opened(network, sample, KernelEngine.open(network, 2, sample, options));
    }

    @Test
    void aheadByAnotherThread() throws InterruptedException {
        try (Opening opening = new Opening(this::open)) {
            Thread helper = new Thread(opening::run);
            helper.start();
            KernelEngine engine = opening.get().engine();
            assertEquals(2, engine.compute(new float[2 * 3 * 32 * 32]).size());
            helper.join();
            assertSame(engine, opening.get().engine());
        }
        assertEquals(1, opened.get());
    }

    @Test
    void neverOpenedOnceClosed() {
        Opening opening = new Opening(this::open);
        opening.close();
        opening.run();
        assertEquals(0, opened.get());
    }

    @Test
    void whatWentWrongIsThrownWhereItIsAskedFor() throws InterruptedException {
        IllegalArgumentException wrong = new IllegalArgumentException("no such model");
        try (Opening opening = new Opening(() -> {
            throw wrong;
        })) {
            Thread helper = new Thread(opening::run);
            helper.start();
            helper.join();
            assertSame(wrong, assertThrows(IllegalArgumentException.class, opening::get));
        }
    }
}
