package vintk.fourier;

import vintk.input.Batch;

/** {@code identity}: the batch as it is. */
public record Identity() implements View {

    @Override
    public Batch apply(Batch batch, long seed) {
        return batch;
    }

    @Override
    public String toString() {
        return "identity";
    }
}
