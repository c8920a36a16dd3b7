package vintk.rank;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import vintk.runtime.CandidateNetwork;
import vintk.runtime.Initialisation;
import vintk.runtime.ModelInputs;
import vintk.runtime.Network;
import vintk.runtime.OnnxNetwork;
import vintk.score.Source;
import vintk.space.Candidate;
import vintk.space.Sha256;
import vintk.space.VisionTransformer;
import vintk.space.WeightPool;

/** A model to be scored: a file, or a candidate of a search space. */
public sealed interface Subject {
    /** The name in the ranking. */
    String name();

    /** Where it comes from. */
    Source source();

    /** What its file holds, or what network its choices are, as {@link Source#sha256}; empty where the file cannot be read. */
    Optional<String> content();

    /** The network with weights of a seed; a file has its own, whatever the seed, unless they are drawn anew. */
    Network network(long seed);

    /** Whether weights differ between seeds. */
    boolean isDrawn();

    /**
     * A name for what models that may share a session have in common: they are scored one after the other. Empty where a model
     * stands for itself.
     */
    default String structure() {
        return "";
    }

    /** Parameters by formula, where there is one. */
    default OptionalLong parameters() {
        return OptionalLong.empty();
    }

    /** Multiply-adds of one forward pass by formula, where there is one. */
    default OptionalLong macs() {
        return OptionalLong.empty();
    }

    /**
     * A model file.
     *
     * @param file its path
     * @param name in the ranking
     * @param inputs what its inputs beside the samples get
     * @param reinit how its parameters are drawn, or empty for its own
     */
    record ModelFile(Path file, String name, ModelInputs inputs, Optional<Initialisation> reinit) implements Subject {
        @Override
        public Source source() {
            return Source.file(file.toAbsolutePath().normalize().toString());
        }

        @Override
        public Optional<String> content() {
            return vintk.runtime.ModelFile.digest(file);
        }

        @Override
        public Network network(long seed) {
            OnnxNetwork network = OnnxNetwork.read(file, inputs);
            return reinit.isPresent() ? network.reinitialised(reinit.get(), seed) : network;
        }

        @Override
        public boolean isDrawn() {
            return reinit.isPresent();
        }
    }

    /**
     * A candidate.
     *
     * @param architecture that it resolves to
     * @param weights what its weights are drawn from, shared with the other candidates of a study
     */
    record Drawn(Candidate candidate, VisionTransformer architecture, WeightPool weights) implements Subject {
        @Override
        public String name() {
            return candidate.id();
        }

        @Override
        public Source source() {
            return Source.candidate(candidate.space(), candidate.json());
        }

        @Override
        public Optional<String> content() {
            byte[] text = architecture.toString().getBytes(StandardCharsets.UTF_8);
            return Optional.of(HexFormat.of().formatHex(Sha256.begin().digest(text)));
        }

        @Override
        public Network network(long seed) {
            return new CandidateNetwork(candidate.id(), architecture, weights, seed);
        }

        @Override
        public boolean isDrawn() {
            return true;
        }

        @Override
        public String structure() {
            return architecture.stages().stream()
                    .map(stage -> String.valueOf(stage.blocks().size()))
                    .collect(Collectors.joining("-"));
        }

        @Override
        public OptionalLong parameters() {
            return OptionalLong.of(architecture.parameters());
        }

        @Override
        public OptionalLong macs() {
            return OptionalLong.of(architecture.macs());
        }
    }
}
