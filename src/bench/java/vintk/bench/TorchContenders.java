package vintk.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import vintk.bench.Contender.Role;

/**
 * What PyTorch does: the peak, forward passes without gradients, and ordinary training steps (forward, cross-entropy,
 * backward, SGD), with attention written out and in one fused call.
 */
final class TorchContenders {
    /** Name of the loop over samples. */
    static final String PER_SAMPLE = "torch-per-sample";

    /** Name of one pass of TE-NAS' loop. */
    static final String BATCH_PASS = "torch-batch-pass";

    private final List<Contender> contenders = new ArrayList<>();
    private final TorchNetwork network;
    private final Tensor images;
    private final Tensor labels;
    private final SGD optimiser;
    private Tensor logits;

    /** @param loops whether to time kernels as others compute them, too; the slow ones */
    TorchContenders(Workload work, boolean loops) {
        torch.set_num_threads(work.threads());
        openblas.blas_set_num_threads(work.threads());
        network = work.transformer()
                .<TorchNetwork>map(transformer -> new TorchVit(transformer, work.graph()))
                .orElseGet(() -> new TorchGraph(work.published()));
        images = Tensor.create(work.batch().data(), work.batch().shape());
        long[] classes = new long[work.samples()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = i % work.classes();
        }
        labels = Tensor.create(classes, classes.length);
        TensorVector parameters = new TensorVector(network.parameters().values().toArray(Tensor[]::new));
        optimiser = new SGD(parameters, new SGDOptions(1e-3));
        int n = OnnxContenders.GEMM;
        Tensor square = Tensor.create(new float[n * n], n, n);
        add("torch-gemm", Role.TORCH_PEAK, 2e-9 * n * n * n, () -> scoped(false, () -> square.matmul(square)));
        for (boolean fused : network.hasFusedForm() ? new boolean[] {false, true} : new boolean[] {false}) {
            String name = fused ? "-fused" : "";
            add("torch-forward" + name, Role.TORCH_FORWARD, work.publishedGflop(), () -> forward(fused));
            add("torch-step" + name, Role.TORCH_STEP, work.stepGflop(), () -> step(fused));
        }
        if (loops) {
            double samples = work.samples();
            add(PER_SAMPLE, Role.TORCH_LOOP, work.stepGflop(), this::perSample);
            add(BATCH_PASS, Role.TORCH_LOOP, work.stepGflop() * 2 / 3 * samples / (samples + 1), this::batchPass);
        }
    }

    /** The kernel, one sample at a time: forward, backward, and a Gram product of all gradients at the end. */
    private void perSample() {
        scoped(true, () -> {
            List<TensorVector> rows = new ArrayList<>();
            network.parameters().forEach((name, parameter) -> rows.add(new TensorVector()));
            for (long i = 0; i < images.size(0); i++) {
                optimiser.zero_grad();
                network.forward(images.narrow(0, i, 1), true).sum().backward();
                int at = 0;
                for (Tensor parameter : network.parameters().values()) {
                    rows.get(at++).push_back(parameter.grad().flatten(0, -1).clone());
                }
            }
            Tensor kernel = torch.zeros(images.size(0), images.size(0));
            for (TensorVector row : rows) {
                Tensor jacobian = torch.stack(row, 0);
                kernel.add_(jacobian.matmul(jacobian.t()));
            }
            return kernel.sum().item_float();
        });
    }

    /** One of the N backward passes through the whole batch that TE-NAS' loop takes; the forward pass is kept between rounds. */
    private void batchPass() {
        if (logits == null) {
            logits = network.forward(images, true);
        }
        scoped(true, () -> {
            optimiser.zero_grad();
            Tensor first = logits.select(0, 0).sum();
            first._backward(
                    new TensorVector(network.parameters().values().toArray(Tensor[]::new)),
                    new TensorOptional(),
                    new BoolOptional(true),
                    false);
            return first;
        });
    }

    private void add(String name, Role role, double gflop, Runnable body) {
        contenders.add(new Contender(name, role, gflop, body));
    }

    List<Contender> contenders() {
        return contenders;
    }

    private void forward(boolean fused) {
        scoped(false, () -> network.forward(images, fused));
    }

    private void step(boolean fused) {
        scoped(true, () -> {
            optimiser.zero_grad();
            torch.cross_entropy_loss(network.forward(images, fused), labels).backward();
            return optimiser.step();
        });
    }

    /** How many numbers the network learns. */
    long parameters() {
        return network.parameters().values().stream().mapToLong(Tensor::numel).sum();
    }

    /** The logits of the batch, [N, classes]. */
    float[] logits(boolean fused) {
        return scoped(false, () -> {
            Tensor logits = network.forward(images, fused).contiguous();
            float[] values = new float[Math.toIntExact(logits.numel())];
            logits.data_ptr_float().get(values);
            return values;
        });
    }

    /** The squared norm of the gradient of the first sample's sum of logits. */
    double firstNorm() {
        return scoped(true, () -> {
            optimiser.zero_grad();
            network.forward(images.narrow(0, 0, 1), false).sum().backward();
            double sum = 0;
            for (Tensor parameter : network.parameters().values()) {
                sum += parameter.grad().square().sum().item_float();
            }
            optimiser.zero_grad();
            return sum;
        });
    }

    /** Runs with a scope that frees what was made in it, and with or without a record of gradients. */
    @SuppressWarnings("try") // The two resources do their work by being open.
    private static <T> T scoped(boolean gradients, Supplier<T> body) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode mode = new AutoGradMode(gradients)) {
            return body.get();
        }
    }
}
