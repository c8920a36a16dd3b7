package vintk.space;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * One thing that is chosen.
 *
 * @param name the key in a candidate's choices, as the published tables spell it
 * @param options what is drawn from: numbers, or lists of one number per stage
 * @param also further values that a candidate may hold though they are never drawn (published subnetworks outside the
 *     sampled space)
 * @param per empty when chosen once per network; else the name of the dimension that says how many times (one number
 *     per block)
 */
public record Dimension(String name, List<Choice> options, List<Choice> also, Optional<String> per) {
    public Dimension {
        options = List.copyOf(options);
        also = List.copyOf(also);
        if (options.isEmpty()) {
            throw new IllegalArgumentException("expected at least one value to choose from, got none");
        }
        List<Choice> all = new ArrayList<>(options);
        all.addAll(also);
        if (new LinkedHashSet<>(all).size() < all.size()) {
            throw new IllegalArgumentException("expected distinct values, got " + all + ": one of them comes twice");
        }
        Choice first = options.get(0);
        for (Choice choice : all) {
            if (choice.single() != first.single()
                    || choice.values().size() != first.values().size()) {
                throw new IllegalArgumentException(
                        "expected values of one form, got " + first + " and " + choice + " side by side");
            }
        }
        if (per.isPresent() && !first.single()) {
            throw new IllegalArgumentException(
                    "expected plain numbers, because one is chosen per block of " + per.get() + "; got " + first);
        }
    }

    /** Whether one number is chosen per block. */
    public boolean perBlock() {
        return per.isPresent();
    }

    /** All values that a candidate may hold. */
    List<Choice> accepted() {
        List<Choice> all = new ArrayList<>(options);
        all.addAll(also);
        return all;
    }

    /** {@code 3, 3.5, 4 (per depth)}. */
    @Override
    public String toString() {
        List<String> texts = options.stream().map(Choice::toString).toList();
        return String.join(", ", texts) + per.map(by -> " (per " + by + ")").orElse("");
    }
}
